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
