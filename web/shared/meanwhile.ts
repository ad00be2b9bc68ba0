// What is typed into a field while what stood there is on its way to the server.

/** What stands in it once that was taken: nothing, unless somebody typed on meanwhile. */
export function emptied(sent: string): (typed: string) => string {
  return (typed) => (typed === sent ? "" : typed);
}
