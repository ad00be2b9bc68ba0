// What this tab keeps of a code that was right, by parcel.

const key = (number: string): string => `tracking.unlock.${number}`;

export function readUnlock(storage: () => Storage, number: string): string {
  try {
    return storage().getItem(key(number)) ?? "";
  } catch {
    return ""; // a browser that keeps nothing
  }
}

export function writeUnlock(storage: () => Storage, number: string, unlock: string): void {
  try {
    storage().setItem(key(number), unlock);
  } catch {
    // It is asked for again in another tab.
  }
}
