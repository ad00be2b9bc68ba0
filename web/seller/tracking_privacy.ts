// What whoever follows a parcel of a seller's sees, in a sentence: the rule is the server's (dispatch/tracking/privacy.py).
import type { components } from "../shared/api.ts";
import type { Say } from "./speech.ts";

export type Privacy = components["schemas"]["TrackingPrivacyAnswer"];
export type Shown = components["schemas"]["Shown"];

export const ELEMENTS = ["position", "surname", "phone", "vehicle_number", "pickup_address", "delivery_address", "history"] as const;
export const SETTINGS = ["always", "under_way", "near", "code", "never"] as const;
/** Once it has ended nothing is under way and nothing comes near. */
export const AFTER_END = ["always", "code", "never"] as const;

/** What is seen while it is near, with the digits, and after the end. */
export function preview(privacy: Privacy, say: Say): string[] {
  const named = (seen: (shown: Shown) => boolean): string =>
    ELEMENTS.filter((one) => seen(privacy[one])).map((one) => say(`tracking.${one}`)).join(", ");
  const near = named((shown) => shown !== "never" && shown !== "code");
  const coded = named((shown) => shown === "code");
  const after = privacy.after_end === "never" ? "" : ELEMENTS.filter((one) => one !== "position" && (privacy[one] === "always" || privacy[one] === "code")).map((one) => say(`tracking.${one}`)).join(", ");
  const code = privacy.history === "always" ? "preview.end.code" : "preview.end.code.only"; // when it ended is told with the history
  return [
    near === "" ? say("preview.nothing") : say("preview.now", { what: near }),
    ...(coded === "" ? [] : [say("preview.code", { what: coded })]),
    after === "" ? say("preview.end.nothing") : say(privacy.after_end === "code" ? code : "preview.end", { what: after }),
  ];
}
