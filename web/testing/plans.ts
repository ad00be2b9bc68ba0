// Plans for tests, with everything that an answer has.
import type { AssignmentPlan } from "../console/calls.ts";

interface Some {
  id?: number;
  status?: AssignmentPlan["status"];
  locked?: readonly number[];
  forbidden?: readonly (readonly [number, number])[];
  left_out?: readonly number[];
  done?: number;
}

/** `given`: who gets which delivery. */
export function plan(given: Readonly<Record<number, number>>, { id = 1, status = "open", locked = [], forbidden = [], left_out = [], done = 0 }: Some = {}): AssignmentPlan {
  const scores = { distance: 90, rating: 80, capacity: 70, workload: 60, total: 75 };
  const pairs = Object.entries(given).map(([delivery, transporter_id]) => {
    const delivery_id = Number(delivery);
    return { delivery_id, transporter_id, locked: locked.includes(delivery_id), distance_km: 1, scores };
  });
  return {
    id, status, pairs, made_at: "2026-11-28T10:00:00Z", expires_at: "2026-11-28T11:00:00Z", made_by: 1, committed_at: null, committed_by: null, vehicle_type: null,
    weights: { distance: 1, rating: 1, capacity: 1, workload: 1 },
    quality: { total: 75, upper_bound: 75, gap: 0, certified_optimal: true, distance_km: 1, greedy_total: 70, greedy_distance_km: 2, greedy_pairs: 1 },
    progress: { planned: pairs.length, assigned: done, refused: [], left: pairs.length - done },
    forbidden: forbidden.map(([delivery_id, transporter_id]) => ({ delivery_id, transporter_id })),
    left_out: left_out.map((delivery_id) => ({ delivery_id, reason: "Nobody is near." })),
  };
}
