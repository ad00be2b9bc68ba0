import { shortPlace } from "./desk.ts";
import type { Delivery } from "./frames.ts";
import { useLateDesk } from "./late/words.ts";

type Way = Pick<Delivery, "pickup_address" | "delivery_address">;

/** From where to where, as lists name a parcel. */
export function wayOf({ pickup_address, delivery_address }: Way): string {
  return `${shortPlace(pickup_address)} → ${shortPlace(delivery_address)}`;
}

/** A parcel as a dialog names it: by its way, as lists do, and by its number. `way`: of one that may be gone from the board. */
export function ParcelName({ id, number, way }: { id: number; number: string; way?: Way | undefined }) {
  const { board } = useLateDesk();
  const known = way ?? board.deliveries.get(id);
  return <>{known !== undefined && <><strong>{wayOf(known)}</strong> </>}<span class="number small quiet">{number}</span></>;
}
