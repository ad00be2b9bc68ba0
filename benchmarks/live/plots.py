"""The picture of what a ping costs, from the results as they were written."""

from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")
from matplotlib import pyplot as plt

BLUE, GREY, LIGHT = "#2a6f97", "#8d99ae", "#c9d1dc"
SERVERS = (("dispatch", "dispatch", BLUE), ("node", "Node ws + ioredis", GREY), ("sink", "bare uvicorn sink", LIGHT))
WIDTH = 0.26


def phones(results: dict[str, Any], folder: Path) -> None:
    """CPU of the server a ping, ours beside the peers, at each rate; Redis' on top where there is one."""
    rows = [row for name, row in results.items() if name.startswith("phones-") and "servers" in row]
    if not rows:
        return
    figure, axes = plt.subplots(figsize=(6.4, 3.2), layout="constrained")
    for at, (name, label, colour) in enumerate(SERVERS):
        found = [(place, row["servers"][name]) for place, row in enumerate(rows) if name in row["servers"]]
        places = [place + (at - 1) * WIDTH for place, _ in found]
        server = [one["cpu_us"] for _, one in found]
        axes.bar(places, server, WIDTH * 0.92, color=colour, label=label)
        redis = [one["redis_us"] for _, one in found]
        if any(redis):
            axes.bar(places, redis, WIDTH * 0.92, bottom=server, color="white", edgecolor=colour, hatch="////")
    axes.bar([0], [0], color="white", edgecolor=GREY, hatch="////", label="its Redis")
    axes.set_xticks(range(len(rows)), [f"{row['pings_per_s']:,} pings/s" for row in rows])
    axes.set(ylabel="µs of CPU a ping", title=f"{rows[0]['phones']} phones, one ping a frame, each acknowledged")
    axes.legend(fontsize=8)
    folder.mkdir(parents=True, exist_ok=True)
    figure.savefig(folder / "live-phones.svg", metadata={"Date": None})
    plt.close(figure)
