import { planShows, useDesk } from "./desk.ts";
import { CourierPanel, DeliveryPanel, DoneList, EndedPanel, FleetPanel, PlanPanel } from "./late_parts.tsx";

/** What is looked at, whole. */
export function DetailPanel() {
  const desk = useDesk();
  const { say, view, board, actions } = desk;
  if (planShows(desk)) return <PlanPanel />;
  if (view.courier !== null) return <CourierPanel key={view.courier} id={view.courier} />;
  const delivery = view.delivery === null ? undefined : board.deliveries.get(view.delivery);
  if (delivery !== undefined) return <DeliveryPanel delivery={delivery} />;
  if (view.delivery !== null && board.known) return <EndedPanel key={view.delivery} id={view.delivery} />;
  return (
    <>
      <p class="quiet pad">{say(view.delivery === null ? "detail.none" : "loading")}</p>
      {board.known && <FleetPanel />}
      {actions.done.length > 0 && <DoneList />}
    </>
  );
}
