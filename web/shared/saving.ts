// Files from the API into the person's downloads.
import type { Client } from "./client.ts";

/** Raises Refused or Unreachable. */
export async function saveFile(client: Client, path: string, name: string): Promise<void> {
  const address = URL.createObjectURL(await client.file(path));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000); // the browser has begun to read it by then
}
