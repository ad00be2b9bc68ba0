// Times as people read them, on Nepal's clock wherever the browser is: parcels arrive there.
import { toBik } from "bikram-sambat";
import { type Language, devanagari } from "./numbers.ts";
import words from "./words.json";
import type { Say } from "./words.ts";

export const NEPAL_OFFSET_MS = (5 * 60 + 45) * 60_000; // no summer time
const DAY_MS = 86_400_000;
const WEEK_DAYS = 7;
const HOUR_S = 3_600;
const DAY_HOURS = 24;

// The server says times too (`api/routes/pages/speech.py`), out of the same names.
const named = (key: "calendar.near" | "calendar.days" | "calendar.months" | "calendar.bikram_months", language: Language, index: number): string =>
  words[language][key].split(" ")[index] ?? "";

function inNepal(at: number): Date {
  return new Date(at + NEPAL_OFFSET_MS); // its UTC fields are Nepal's
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}

/** "14:20" today, "Tue 14:20" within a week, "28 Nov 14:20" beyond; in Nepali the date is Bikram Sambat. */
export function clock(at: number, now: number, language: Language): string {
  const there = inNepal(at);
  const time = `${two(there.getUTCHours())}:${two(there.getUTCMinutes())}`;
  const days = daysAhead(at, now);
  let text = time;
  if (days !== 0) {
    const day = Math.abs(days) < WEEK_DAYS ? named("calendar.days", language, there.getUTCDay()) : date(at, language);
    text = `${day} ${time}`;
  }
  return language === "ne" ? devanagari(text) : text;
}

/** How many of Nepal's days a time lies ahead; less than 0 where it is over. */
function daysAhead(at: number, now: number): number {
  return Math.floor((at + NEPAL_OFFSET_MS) / DAY_MS) - Math.floor((now + NEPAL_OFFSET_MS) / DAY_MS);
}

/** A time with the day as people say it: "today 14:20", "tomorrow 09:00", "Tue 14:20" within a week, the date beyond. */
function dayAndClock(at: number, now: number, language: Language): string {
  const day = daysAhead(at, now);
  return Math.abs(day) > 1 ? clock(at, now, language) : `${named("calendar.near", language, day + 1)} ${clock(at, at, language)}`;
}

/** Two times as a stretch: "today 14:20–14:35", "tomorrow 09:00–12:00"; the day is said again only where it is another. */
export function stretch(from: number, to: number, now: number, language: Language): { from: string; to: string } {
  return { from: dayAndClock(from, now, language), to: daysAhead(to, from) === 0 ? clock(to, to, language) : dayAndClock(to, now, language) };
}

/** The same to choose from, by itself: "Tomorrow 09:00–12:00". */
export function stretchToChoose(begins: number, ends: number, now: number, language: Language): string {
  const { from, to } = stretch(begins, ends, now, language);
  return `${from.charAt(0).toUpperCase()}${from.slice(1)}–${to}`;
}

/** The same where the day is known from what stands beside it, so that today's is not said: "14:20–14:35". */
export function shortStretch(from: number, to: number, now: number, language: Language): string {
  return `${clock(from, now, language)}–${clock(to, daysAhead(to, from) === 0 ? to : now, language)}`;
}

/** A day of the week as the API counts them, 0 is Monday. */
export function weekdayName(weekday: number, language: Language): string {
  return named("calendar.days", language, (weekday + 1) % 7);
}

/** "28 Nov 2026", "१३ मंसिर २०८३". */
export function date(at: number, language: Language): string {
  return (language === "ne" ? bikram(at, language) : null) ?? gregorian(at, language);
}

/** A day that papers and books go by, in both calendars, that of the language first: "28 Nov 2026 · 13 Mangsir 2083". */
export function bothDates(at: number, language: Language): string {
  const both = [gregorian(at, language), bikram(at, language)].filter((one) => one !== null);
  return (language === "ne" ? both.reverse() : both).join(" · ");
}

/** Null beyond the calendar's tables. */
function bikram(at: number, language: Language): string | null {
  try {
    const { year, month, day } = toBik(inNepal(at).toISOString().slice(0, 10));
    return inDigits(`${day} ${named("calendar.bikram_months", language, month - 1)} ${year}`, language);
  } catch {
    return null;
  }
}

function gregorian(at: number, language: Language): string {
  const there = inNepal(at);
  return inDigits(`${there.getUTCDate()} ${named("calendar.months", language, there.getUTCMonth())} ${there.getUTCFullYear()}`, language);
}

function inDigits(text: string, language: Language): string {
  return language === "ne" ? devanagari(text) : text;
}

/** When something comes, as people say it: "in 42 min" within the hour, then "today 18:00", "tomorrow 18:00", and the day beyond. */
export function upcoming(at: number, now: number, say: Say, language: Language): string {
  const ahead_s = (at - now) / 1000;
  return ahead_s < HOUR_S ? say("clock.in", { age: duration(ahead_s, say) }) : dayAndClock(at, now, language);
}

/** A length of time in the units that a person would use: "8 s", "2 min", "1 h 20 min", "1 d 3 h", "8 d". */
export function duration(seconds: number, say: Say): string {
  const hours = Math.round(seconds / HOUR_S);
  if (Math.round(seconds / 60) < DAY_HOURS * 60) return inHours(seconds, say);
  const days = Math.floor(hours / DAY_HOURS);
  if (days >= WEEK_DAYS || hours % DAY_HOURS === 0) return say("days", { count: Math.round(hours / DAY_HOURS) });
  return say("days.hours", { days, hours: hours % DAY_HOURS });
}

/** The same without days, for what is counted in hours, such as work: "52 h 30 min". */
export function inHours(seconds: number, say: Say): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return say("seconds", { count: whole });
  const minutes = Math.round(whole / 60);
  if (minutes < 60) return say("minutes", { count: minutes });
  if (minutes % 60 === 0) return say("hours.whole", { count: minutes / 60 });
  return say("hours", { hours: Math.floor(minutes / 60), minutes: minutes % 60 });
}

/** How long it will take, as exact as it can be known: to 5 min beyond 20 min, else to the minute. */
export function roughly(seconds: number, say: Say): string {
  const minutes = Math.max(1, Math.round(seconds / 60));
  return duration((minutes > 20 ? Math.round(minutes / 5) * 5 : minutes) * 60, say);
}
