import { useEffect, useState } from "preact/hooks";
import type { components } from "../shared/api.ts";
import type { Client } from "../shared/client.ts";
import { Field } from "../shared/field.tsx";
import type { Say } from "./speech.ts";

type Order = components["schemas"]["OrderAnswer"];
type Mode = components["schemas"]["GatewayMode"];
export interface Gateway {
  slug: components["schemas"]["PaymentMode"];
  bank: string;
}

/** The ways to pay; empty until they are known, and where they cannot be had: the wallet always works. */
export function useGateways(client: Client): readonly Mode[] {
  const [modes, setModes] = useState<readonly Mode[]>([]);
  useEffect(() => {
    client.call<components["schemas"]["GatewaysAnswer"]>("/api/v1/payments/gateways/", { signed: false }).then(
      ({ data }) => setModes(data),
      () => setModes([]),
    );
  }, []);
  return modes;
}

export function PayChoice(given: {
  gateways: readonly Mode[];
  chosen: Gateway;
  choose: (gateway: Gateway) => void;
  fields: Readonly<Record<string, string>>;
  say: Say;
}) {
  const { gateways, chosen, choose, fields, say } = given;
  const banks = gateways.find((mode) => mode.slug === chosen.slug)?.items ?? [];
  if (gateways.length === 0) return null;
  return (
    <>
      <Field
        label={say("gateway")}
        name="gateway"
        value={chosen.slug}
        onValue={(slug) => choose({ slug: slug as Gateway["slug"], bank: gateways.find((mode) => mode.slug === slug)?.items[0]?.idx ?? "" })}
        choices={gateways.map((mode) => [mode.slug, mode.name] as const)}
        problem={fields["gateway"]}
      />
      {banks.length > 0 && (
        <Field
          label={say("bank")}
          name="bank"
          value={chosen.bank}
          onValue={(bank) => choose({ ...chosen, bank })}
          choices={banks.map((bank) => [bank.idx, bank.name] as const)}
          problem={fields["bank"]}
        />
      )}
    </>
  );
}

/** Opens a payment of an order and goes to the gateway's page, which comes back to the order's. Raises Refused, Unreachable. */
export async function openPayment(client: Client, wanted: { order: Order; gateway: Gateway; phone: string }, key: string): Promise<void> {
  const { order, gateway, phone } = wanted;
  const opened = await client.call<components["schemas"]["InitiationAnswer"]>("/api/v1/payments/initiate/", {
    method: "POST",
    idempotencyKey: key,
    body: {
      cart_id: order.cart_id,
      gateway: gateway.slug,
      ...(gateway.bank !== "" && { bank: gateway.bank }),
      return_url: `${location.origin}/shop/orders/${order.id}`,
      customer_name: order.delivery.customer_name,
      customer_phone: phone,
    },
  });
  location.assign(opened.payment_url);
}

const notes = new Map<number, unknown>();

/** An order was made and its payment refused: what was said, for the order's page. */
export function noteProblem(order_id: number, error: unknown): void {
  notes.set(order_id, error);
}

/** Told once. */
export function notedProblem(order_id: number): unknown {
  const error = notes.get(order_id) ?? null;
  notes.delete(order_id);
  return error;
}
