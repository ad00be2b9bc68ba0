// The number in a page's address, as somebody typed it.
const MOST = 120; // as the server reads it

/** Empty where a share link was opened: that is no number. */
export function typedIn(path: string): string {
  const [, number = ""] = /^\/t\/([^/]*)\/?$/.exec(path) ?? [];
  try {
    return decodeURIComponent(number).slice(0, MOST);
  } catch {
    return number.slice(0, MOST);
  }
}
