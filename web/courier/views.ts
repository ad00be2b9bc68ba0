// What the page shows, by its address.

export type View =
  | { name: "work" }
  | { name: "job"; id: number }
  | { name: "pickup"; id: number }
  | { name: "deliver"; id: number }
  | { name: "attempt"; id: number }
  | { name: "queue" }
  | { name: "phone" }
  | { name: "shifts" }
  | { name: "offers" }
  | { name: "documents" }
  | { name: "earnings" }
  | { name: "ratings" }
  | { name: "account" };

const JOB = /^\/courier\/jobs\/([1-9][0-9]{0,15})(?:\/(pickup|deliver|attempt))?\/?$/;

export function viewOf(path: string): View {
  const job = JOB.exec(path);
  if (job !== null) {
    const id = Number(job[1]);
    if (job[2] === "pickup" || job[2] === "deliver" || job[2] === "attempt") return { name: job[2], id };
    return { name: "job", id };
  }
  const other = /^\/courier\/(queue|phone|shifts|offers|documents|earnings|ratings|account)\/?$/.exec(path)?.[1] as Exclude<View["name"], "work" | "job" | "pickup" | "deliver" | "attempt"> | undefined;
  if (other !== undefined) return { name: other };
  return { name: "work" };
}

export function pathOf(view: View): string {
  switch (view.name) {
    case "work":
      return "/courier";
    case "job":
      return `/courier/jobs/${view.id}`;
    case "pickup":
    case "deliver":
    case "attempt":
      return `/courier/jobs/${view.id}/${view.name}`;
    default:
      return `/courier/${view.name}`;
  }
}
