// A product as it is typed, and as the API takes it.
import type { components } from "../shared/api.ts";

type Product = components["schemas"]["ProductAnswer"];

export type ProductForm = {
  name: string;
  listed_price: string;
  discounted_price: string;
  stock: string;
  /** kg of one; empty where it is not said. */
  weight_kg: string;
  tax_class: string;
  /** The number of its kind of goods; empty for none. */
  category_id: string;
  description: string;
  is_active: string;
};

export function formOf(product: Product | null): ProductForm {
  return {
    name: product?.name ?? "",
    listed_price: product?.listed_price ?? "",
    discounted_price: product?.discounted_price ?? "",
    stock: String(product?.stock ?? ""),
    weight_kg: String(product?.weight_kg ?? ""),
    tax_class: product?.tax_class ?? "standard",
    category_id: String(product?.category_id ?? ""),
    description: product?.description ?? "",
    is_active: product?.is_active === false ? "no" : "yes",
  };
}

/** What a seller changed in a form, by field: what it showed before, and what was typed. */
export type Edits = { readonly [Field in keyof ProductForm]?: readonly [was: string, now: string] };

export function editsOf(kept: string): Edits {
  const known = Object.keys(formOf(null));
  try {
    const edits = JSON.parse(kept) as Record<string, unknown>;
    const isEdit = (edit: unknown): boolean => Array.isArray(edit) && edit.length === 2 && edit.every((text) => typeof text === "string");
    return Object.fromEntries(Object.entries(edits).filter(([field, edit]) => known.includes(field) && isEdit(edit)));
  } catch {
    return {};
  }
}

/** The same after some more was typed over what the form shows; what is as it was again is no edit. */
export function edited(shown: ProductForm, edits: Edits, typed: Partial<ProductForm>): Edits {
  const next: Record<string, readonly [string, string]> = { ...edits };
  for (const [field, now] of Object.entries(typed) as [keyof ProductForm, string][]) {
    const was = edits[field]?.[0] ?? shown[field];
    if (now === was) delete next[field];
    else next[field] = [was, now];
  }
  return next;
}

/** What the form shows: what was typed, and else how the product is now. */
export function withEdits(product: ProductForm, edits: Edits): ProductForm {
  return { ...product, ...picked(edits, ([, now]) => now) };
}

/** What was typed over: the product as it is now, but for what the seller saw when they changed it. */
export function beforeEdits(product: ProductForm, edits: Edits): ProductForm {
  return { ...product, ...picked(edits, ([was]) => was) };
}

function picked(edits: Edits, of: (edit: readonly [string, string]) => string): Partial<ProductForm> {
  return Object.fromEntries(Object.entries(edits).map(([field, edit]) => [field, of(edit)]));
}

/** What goes to the server of a product that is there: what is another than before, and with a stock what it was, for it is sold meanwhile. */
export function changesBetween(before: ProductForm, typed: ProductForm): Record<string, unknown> {
  const changed = Object.entries(productOf(typed, false)).filter(([field]) => typed[field as keyof ProductForm] !== before[field as keyof ProductForm]);
  const stock_was = before.stock !== typed.stock && before.stock !== "" ? { stock_was: numberOf(before.stock) } : {};
  return { ...Object.fromEntries(changed), ...stock_was };
}

/** A number that was typed; the text itself where it is none, so that the server says what is wrong with it. */
export function numberOf(text: string): number | string {
  const plain = text.replaceAll(",", "").trim();
  return plain !== "" && Number.isFinite(Number(plain)) ? Number(plain) : text;
}

export function productOf(form: ProductForm, isNew: boolean): Record<string, unknown> {
  const { is_active, category_id, discounted_price, listed_price, stock, weight_kg, ...rest } = form;
  return {
    ...rest,
    listed_price: amountOf(listed_price),
    discounted_price: discounted_price.trim() === "" ? null : amountOf(discounted_price),
    stock: numberOf(stock),
    weight_kg: weight_kg.trim() === "" ? null : numberOf(weight_kg),
    category_id: category_id === "" ? null : Number(category_id),
    ...(!isNew && { is_active: is_active === "yes" }),
  };
}

/** Amounts stay text, to the paisa as they were typed. */
export function amountOf(text: string): string {
  return text.replaceAll(",", "").trim();
}
