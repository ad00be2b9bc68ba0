// On which side of its dot a label of a map stands, so that nothing else that stands on the map covers it.

/** In pixels. */
export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export const SIDES = ["right", "left", "below", "above"] as const;
export type Side = (typeof SIDES)[number];

/** Between a dot and its label. */
const GAP_PX = 4;

/** The first side on which the label lies within the window and over nothing else; where there is none, the one that is covered least. */
export function freeSide(dot: Box, label: { width: number; height: number }, others: readonly Box[], window: Box): Side {
  const worth = SIDES.map((side) => {
    const box = placed(side, dot, label);
    const outside = label.width * label.height - covered(box, window);
    return { side, lost: others.reduce((sum, other) => sum + covered(box, other), outside) };
  });
  return worth.reduce((best, one) => (one.lost < best.lost ? one : best)).side;
}

/** How far a label has to be raised so that a mark does not lie on it: 0 where it does not. */
export function raisedBy(label: Box, mark: Box): number {
  return covered(label, mark) > 0 ? label.bottom - mark.top + GAP_PX : 0;
}

function placed(side: Side, dot: Box, { width, height }: { width: number; height: number }): Box {
  const x = (dot.left + dot.right) / 2;
  const y = (dot.top + dot.bottom) / 2;
  const left = side === "right" ? dot.right + GAP_PX : side === "left" ? dot.left - GAP_PX - width : x - width / 2;
  const top = side === "below" ? dot.bottom + GAP_PX : side === "above" ? dot.top - GAP_PX - height : y - height / 2;
  return { left, top, right: left + width, bottom: top + height };
}

/** How much of one lies in the other, square pixels. */
function covered(one: Box, other: Box): number {
  const width = Math.min(one.right, other.right) - Math.max(one.left, other.left);
  const height = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
  return width > 0 && height > 0 ? width * height : 0;
}
