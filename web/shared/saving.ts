// Files from the API into the person's downloads.
import type { Client } from "./client.ts";

/** Raises Refused or Unreachable. */
export async function saveFile(client: Client, path: string, name: string): Promise<void> {
  saveBlob(await client.file(path), name);
}

/** What is at hand already. */
export function saveBlob(blob: Blob, name: string): void {
  const address = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000); // the browser has begun to read it by then
}
