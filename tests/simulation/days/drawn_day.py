"""A tiny day, drawn for the tests: an hour in a small town."""

from pathlib import Path

TABLES = {
    "instances": (
        "seed,meters_per_minute,pickup_service_minutes,dropoff_service_minutes,target_click_to_door\n"
        "7,320,4,4,40\n"
        "8,300,2,2,30\n"
    ),
    "restaurants": "seed,restaurant,x,y\n7,r1,2000,2000\n7,r2,4000,2500\n8,r1,100,100\n",
    "couriers": (
        "seed,schedule,courier,x,y,on_time,off_time\n"
        "7,s1,c1,1800,1900,0,120\n"
        "7,s1,c2,4200,2600,0,120\n"
        "7,s1,c3,3000,3000,10,120\n"
        "7,s2,c1,1000,1000,0,60\n"
        "8,s1,c1,0,0,0,60\n"
    ),
    "orders": (
        "seed,order,x,y,placement_time,restaurant,ready_time\n"
        "7,o2,2600,2300,6,r1,16\n"
        "7,o1,2500,1500,5,r1,12\n"
        "7,o3,4500,2000,8,r2,20\n"
        "7,o4,3500,3500,12,r2,22\n"
        "7,o5,1500,2500,20,r1,30\n"
        "7,o6,3000,1000,21,r2,31\n"
        "8,o1,10,20,1,r1,2\n"
    ),
}


def write_day(folder: Path) -> None:
    """Its four files."""
    for name, text in TABLES.items():
        (folder / f"{name}.csv").write_text(text)
