// Kinds of goods as they are chosen: a tree, set in by how deep each lies.
import type { components } from "./api.ts";
import type { Language } from "./numbers.ts";

export type Category = components["schemas"]["CategoryAnswer"];
export const CATEGORIES = "/api/v1/marketplace/categories/";

/** How deep each lies, 0 at the top; parents come before what is within them. */
export function depths(all: readonly Pick<Category, "id" | "parent_id">[]): Map<number, number> {
  const found = new Map<number, number>();
  for (const { id, parent_id } of all) found.set(id, parent_id === null ? 0 : (found.get(parent_id) ?? 0) + 1);
  return found;
}

export function categoryName(one: Pick<Category, "name" | "name_ne">, language: Language): string {
  return language === "ne" && one.name_ne !== "" ? one.name_ne : one.name;
}

/** Each as a choice, by its number. */
export function categoryChoices(all: readonly Category[], language: Language): (readonly [string, string])[] {
  const deep = depths(all);
  return all.map((one) => [String(one.id), `${"\u2003".repeat(deep.get(one.id) ?? 0)}${categoryName(one, language)}`] as const);
}
