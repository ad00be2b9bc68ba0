"""A town that is made up, as a file of OpenStreetMap."""

from pathlib import Path

import osmium

# A street, a river, a lake, a border and a town, around a corner of Thamel.
LAT, LON = 27.71, 85.31


def draw_town(path: Path, moved: float = 0.0) -> Path:
    """A file as extracts are, of a town that is made up."""
    places = {
        1: (0.000, 0.000), 2: (0.000, 0.004), 3: (0.000, 0.008), 4: (0.004, 0.000), 5: (0.004, 0.004),
        6: (0.008, 0.004), 7: (0.008, 0.000),
    }  # fmt: skip
    with osmium.SimpleWriter(str(path)) as writer:
        for number, (north, east) in places.items():
            tags = {"place": "town", "name": "Kathmandu", "name:ne": "काठमाडौँ"} if number == 1 else {}
            node = osmium.osm.mutable.Node(id=number, location=(LON + east + moved, LAT + north), tags=tags, version=1)
            writer.add_node(node)
        ways: dict[int, tuple[list[int], dict[str, str]]] = {
            1: ([1, 2], {"highway": "primary", "name": "Lekhnath Marg"}),
            2: ([2, 3], {"highway": "primary", "name": "Lekhnath Marg"}),
            3: ([1, 4], {"waterway": "river"}),
            4: ([4, 5, 6, 7, 4], {"natural": "water"}),
            5: ([3, 6], {"boundary": "administrative"}),
            6: ([1, 99], {"highway": "primary"}),  # its end was cut away
            7: ([1, 2, 5, 4, 1], {"building": "yes"}),
        }
        for number, (nodes, tags) in ways.items():
            writer.add_way(osmium.osm.mutable.Way(id=number, nodes=nodes, tags=tags, version=1))
        border = {"type": "boundary", "boundary": "administrative", "admin_level": "6"}
        writer.add_relation(osmium.osm.mutable.Relation(id=1, members=[("w", 5, "outer")], tags=border, version=1))
    return path
