// How customers rated a transporter, month by month.
import "./rooms.css";
import type { components } from "../../shared/api.ts";
import { Loaded, useLoading } from "../../shared/loading.tsx";
import { date } from "../../shared/times.ts";
import type { RoomGiven } from "./words.ts";

type History = components["schemas"]["RatingHistory"];
const DECIMALS = 1;

export function RatingsRoom({ client, language, say }: RoomGiven) {
  const history = useLoading(() => client.call<History>("/api/transporters/me/ratings/"), []);
  return (
    <section class="room">
      <h1 tabIndex={-1}>{say("ratings.title")}</h1>
      <Loaded of={history} language={language} say={say}>
        {(found) => (
          <>
            {found.rating_count === 0 ? (
              <p class="card">{say("ratings.none")}</p>
            ) : (
              <>
                <p class="answer">{say("ratings.answer", { rating: found.rating.toFixed(DECIMALS) })}</p>
                <p class="quiet">{say("ratings.count", { count: found.rating_count })}</p>
              </>
            )}
            <ul class="list">
              {found.months.filter((one) => one.delivered > 0).map((one) => (
                <li key={one.first_day} class="card row">
                  <span>
                    {date(Date.parse(one.first_day), language)} – {date(Date.parse(one.last_day), language)} <span class="quiet">· {say("ratings.month", { rated: one.rated, delivered: one.delivered })}</span>
                  </span>
                  {one.average !== null && <strong class="number">{say("ratings.answer", { rating: one.average.toFixed(DECIMALS) })}</strong>}
                  {one.rated > 0 && (
                    <ul class="bars">
                      {one.ratings.map((count, at) => ({ count, stars: at + 1 })).reverse().map(({ count, stars }) => (
                        <li key={stars}>
                          <span aria-hidden="true">{say("count", { count: stars })}</span>
                          <progress value={count} max={one.rated} aria-label={say("ratings.each", { stars, count })} />
                          <span class="end number">{say("count", { count })}</span>
                        </li>
                      ))}
                    </ul>
                  )}
                </li>
              ))}
            </ul>
            <p class="quiet small">{say("ratings.who")}</p>
          </>
        )}
      </Loaded>
    </section>
  );
}
