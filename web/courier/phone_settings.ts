// What holds for this phone, whoever signs in on it.

const NAMED = "dispatch.courier.phone.";

export function readSetting(name: string): string | null {
  try {
    return localStorage.getItem(NAMED + name);
  } catch {
    return null; // a browser that keeps nothing for us
  }
}

export function writeSetting(name: string, value: string): void {
  try {
    localStorage.setItem(NAMED + name, value);
  } catch {
    // It holds as long as the page is open.
  }
}
