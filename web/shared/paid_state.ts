// How the money of an order or a sale stands.

interface Paid {
  payment_status: string;
  /** NPR that went back, and that are on their way. */
  refunded: string;
  refunding?: string;
}

/** `payment_status`, and of what is paid still whether some of it went back or shall. */
export function paidState({ payment_status, refunded, refunding = "0" }: Paid): string {
  if (payment_status !== "paid") return payment_status;
  if (Number(refunding) > 0) return "refunding";
  return Number(refunded) > 0 ? "refunded_part" : "paid";
}
