import type { Given } from "../given.ts";
import type { TradeSay } from "./words.ts";

/** What the rooms of deliveries and orders are given. */
export type TradeGiven = Omit<Given, "say"> & { say: TradeSay };
