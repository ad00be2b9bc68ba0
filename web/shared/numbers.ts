// Numbers as people in Nepal read them: groups of 3, 2, 2 digits, and Devanagari digits where the reader asks for them.

export type Language = "en" | "ne";

const DEVANAGARI_ZERO = 0x0966;

let latin = false;

/** Whether the reader has chosen Latin digits in Nepali too. */
export function writeLatinDigits(chosen: boolean): void {
  latin = chosen;
}

/** The digits of a text as Devanagari ones, unless the reader has chosen Latin ones. */
export function devanagari(text: string): string {
  return latin ? text : text.replace(/[0-9]/g, (digit) => String.fromCharCode(DEVANAGARI_ZERO + Number(digit)));
}

/** "1234567.5" with two decimals as "12,34,567.50"; the sign stays in front. */
export function grouped(amount: string | number, decimals: number): string {
  const [whole = "0", fraction] = Number(amount).toFixed(decimals).split(".");
  const sign = whole.startsWith("-") ? "-" : "";
  const digits = sign ? whole.slice(1) : whole;
  const last = digits.slice(-3);
  const before = digits.slice(0, -3).replace(/\B(?=(\d{2})+$)/g, ",");
  return sign + (before ? `${before},${last}` : last) + (fraction ? `.${fraction}` : "");
}

/** A weight to ten grams, and what is light to the gram: "0.002", "0.04", "2.5", "12". */
export function kilos(weight_kg: number): string {
  return grouped(weight_kg, weight_kg < 0.1 ? 3 : 2).replace(/\.?0+$/, "");
}

/** An amount of rupees: "NPR 2,500.00", "रु २,५००.००"; no line ends between the two. */
export function money(rupees: string | number, language: Language): string {
  const text = grouped(rupees, 2);
  return language === "ne" ? `रु\u00a0${devanagari(text)}` : `NPR\u00a0${text}`;
}

/** A way in words: "350 m" to the next 50 m, "1.2 km", "14 km". */
export function distance(metres: number, language: Language): string {
  const kilometres = metres / 1000;
  if (metres < 975) return metresOf(Math.max(50, Math.round(metres / 50) * 50), language);
  const text = `${kilometres < 9.95 ? kilometres.toFixed(1) : grouped(kilometres, 0)} km`;
  return language === "ne" ? devanagari(text).replace("km", "कि.मि.") : text;
}

// Phones and maps do not agree on a door to the metre, however sure of themselves they are.
const SURE_M = 10;

/**
 * How far from a door somebody stood, as a position was measured: "under 10 m", "30 m" to the next ten, from 100 m on as any way.
 * `accuracy_m`: by how much the position may be wrong, where that is known; what is nearer than that is said as "under" it.
 */
export function measured(metres: number, language: Language, accuracy_m = 0): string {
  const unsure_m = Math.ceil(Math.max(SURE_M, accuracy_m) / 10) * 10;
  const text = (some: number): string => (some < 95 ? metresOf(Math.round(some / 10) * 10, language) : distance(some, language));
  if (metres >= unsure_m) return text(metres);
  return language === "ne" ? `${text(unsure_m)}भन्दा कम` : `under ${text(unsure_m)}`;
}

function metresOf(metres: number, language: Language): string {
  return language === "ne" ? devanagari(`${metres} मिटर`) : `${metres} m`;
}

/** A way of which no more than whole kilometres are known: "4 km". */
export function wholeKilometres(kilometres: number, language: Language): string {
  const text = `${grouped(kilometres, 0)} km`;
  return language === "ne" ? devanagari(text).replace("km", "कि.मि.") : text;
}
