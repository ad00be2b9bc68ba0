// What is pointed at in the list, which the map shows as if it were looked at: as it is now, and no longer than its row is there.
import type { Board } from "./board.ts";
import type { Looked } from "./console_map.ts";

export class Pointing {
  #delivery: number | null = null;

  constructor(private readonly board: Pick<Board, "deliveries" | "couriers">, private readonly draw: (looked: Looked | null) => void) {}

  /** The pointer moves on the row of a delivery. */
  at(delivery: number): void {
    if (this.#delivery === delivery) return;
    this.#delivery = delivery;
    this.draw(this.looked);
  }

  /** The pointer has left that row, or the row itself has gone; what is pointed at instead stays. */
  gone(delivery: number): void {
    if (this.#delivery === delivery) this.forget();
  }

  /** Something else was chosen: that is what somebody wants to see, wherever their pointer rests. */
  forget(): void {
    if (this.#delivery === null) return;
    this.#delivery = null;
    this.draw(null);
  }

  /** It with who has it, by what is known now; null where nothing is pointed at or it is over. */
  get looked(): Looked | null {
    const delivery = this.#delivery === null ? undefined : this.board.deliveries.get(this.#delivery);
    if (delivery === undefined) return null;
    return { deliveries: [delivery], courier: this.board.couriers.get(delivery.transporter_id ?? 0) ?? null };
  }
}
