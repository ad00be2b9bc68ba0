// What is told of something in a row: "350 m to the pickup · 2.5 kg · NPR 100.00".

/** Parts that there are, with a dot between two of them. A line may end behind a dot and never begins with one. */
export function inARow(parts: readonly (string | null | undefined)[]): string {
  return parts.map((part) => (part ?? "").trim()).filter((part) => part !== "").join("\u00a0· ");
}
