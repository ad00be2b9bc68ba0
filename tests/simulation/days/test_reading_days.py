"""A day is read whole or not at all, and what is wrong with its files is named, line by line."""

import gzip
from pathlib import Path

import pytest

from api.simulation.days.errors import UnusableDay
from api.simulation.days.reading import read_day
from api.simulation.days.tables import MOST_TOLD
from tests.simulation.days.drawn_day import TABLES
from tests.support.real_data import DATA


def refusal(folder: Path, **chosen: str) -> str:
    with pytest.raises(UnusableDay) as refused:
        read_day(folder, **chosen)
    return str(refused.value)


def replace(folder: Path, name: str, old: str, new: str) -> None:
    file = folder / f"{name}.csv"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))


def test_a_day_is_read_with_its_orders_in_the_order_of_their_placement(day_folder: Path) -> None:
    day = read_day(day_folder)
    assert (day.instance, day.schedule) == ("7", "s1")
    assert [order.name for order in day.orders] == ["o1", "o2", "o3", "o4", "o5", "o6"]
    assert [courier.name for courier in day.couriers] == ["c1", "c2", "c3"]
    assert (day.metres_a_minute, day.target_min) == (320.0, 40.0)
    assert (day.orders[2].pickup.x, day.orders[2].pickup.y) == (4000.0, 2500.0)


def test_a_file_of_the_day_names_its_folder_and_gzipped_ones_are_read_too(day_folder: Path) -> None:
    plain = read_day(day_folder)
    for name in TABLES:
        file = day_folder / f"{name}.csv"
        (day_folder / f"{name}.csv.gz").write_bytes(gzip.compress(file.read_bytes()))
        file.unlink()
    assert read_day(day_folder / "orders.csv.gz") == plain


def test_instance_and_schedule_can_be_chosen(day_folder: Path) -> None:
    assert len(read_day(day_folder, instance="8").orders) == 1
    assert [one.off_min for one in read_day(day_folder, schedule="s2").couriers] == [60.0]


@pytest.mark.parametrize(
    ("chosen", "told"),
    [
        ({"instance": "9"}, "--instance 9 is not in instances.csv; there are 7, 8."),
        ({"schedule": "s3"}, "--schedule s3 is not in couriers.csv; there are s1, s2."),
        ({"instance": "8", "schedule": "s2"}, "--schedule s2 is not in couriers.csv; there are s1."),
    ],
)
def test_what_is_not_there_is_refused_with_what_is(day_folder: Path, chosen: dict[str, str], told: str) -> None:
    assert refusal(day_folder, **chosen) == told


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        ("orders", "o2,2600", "o2,far", "orders.csv:2: x must be a number from -200000 to 200000, and is 'far'"),
        ("orders", "o1,2500", "o1,nan", "orders.csv:3: x must be a number"),
        ("orders", "o1,2500", "o1,1_000", "orders.csv:3: x must be a number"),
        ("orders", "o1,2500", "o1,1e9", "orders.csv:3: x must be a number"),
        ("orders", "8,r2,20", "8,r9,20", "orders.csv:4: restaurant r9 is not among the restaurants of instance 7"),
        ("orders", "20,r1,30", "20,r1,19", "orders.csv:6: ready_time 19 lies before placement_time 20"),
        ("orders", "7,o3", "7,o1", "orders.csv:4: order o1 is there twice"),
        ("orders", "7,o3", "7,", "orders.csv:4: order must be a name"),
        ("orders", "7,o3", "7," + "o" * 41, "orders.csv:4: order must be a name of 1 to 40 letters"),
        ("couriers", "0,120", "120,0", "couriers.csv:2: off_time 0 does not lie after on_time 120"),
        ("couriers", "7,s1,c2", "7,s1,c1", "couriers.csv:3: courier c1 is there twice"),
        ("restaurants", "7,r2", "7,r1", "restaurants.csv:3: restaurant r1 is there twice"),
        ("instances", "7,320", "7,0", "instances.csv:2: meters_per_minute must be a number from 1 to 4000"),
        ("instances", "8,300", "7,300", "instances.csv:3: a second line of instance 7"),
    ],
)
def test_each_mistake_in_a_row_is_named_with_its_line(
    day_folder: Path, name: str, old: str, new: str, told: str
) -> None:
    replace(day_folder, name, old, new)
    assert told in refusal(day_folder)


def test_all_mistakes_are_named_at_once_and_many_are_counted(day_folder: Path) -> None:
    replace(day_folder, "couriers", "1800,1900", "x,y")
    with (day_folder / "orders.csv").open("a") as orders:
        orders.writelines(f"7,p{number},1,1,5,r9,6\n" for number in range(20))
    told = refusal(day_folder)
    assert told.count("\n  orders.csv:") == MOST_TOLD
    assert told.endswith("and 12 more like these")


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("orders", b"", "orders.csv:1: the header lacks seed, order, x, y, placement_time, restaurant, ready_time"),
        ("orders", b"seed,order,x,y\n7,o1,1,1\n", "orders.csv:1: the header lacks placement_time, restaurant"),
        ("couriers", b"seed,seed,schedule,courier,x,y,on_time,off_time\n", "the header has seed more than once"),
        ("restaurants", b"seed,restaurant,x,y\n", "restaurants.csv has a header and no row."),
        ("restaurants", b"seed,restaurant,x,y\n7,r1,1\n", "restaurants.csv:2: 3 cells, where the header has 4."),
        ("restaurants", b'seed,restaurant,x,y\n7,"r1,1,1\n', "not CSV"),
        ("restaurants", b"seed,restaurant,x,y\n7,r\x001,1,1\n", "restaurants.csv:2: "),
        ("restaurants", b"seed,restaurant,x,y\n7,\xff,1,1\n", "restaurants.csv:2: not UTF-8."),
    ],
)
def test_what_is_no_table_is_refused_by_its_name(day_folder: Path, name: str, content: bytes, told: str) -> None:
    (day_folder / f"{name}.csv").write_bytes(content)
    assert told in refusal(day_folder)


def test_a_missing_file_and_one_that_is_no_archive_are_named(day_folder: Path) -> None:
    (day_folder / "restaurants.csv").unlink()
    assert "A day needs restaurants.csv or restaurants.csv.gz" in refusal(day_folder)
    (day_folder / "restaurants.csv.gz").write_bytes(b"no archive")
    assert "restaurants.csv.gz cannot be read" in refusal(day_folder)
    whole = gzip.compress(TABLES["restaurants"].encode())
    (day_folder / "restaurants.csv.gz").write_bytes(whole[:-12])
    assert "restaurants.csv.gz cannot be read" in refusal(day_folder)


def test_a_file_that_unpacks_to_more_than_a_day_can_have_is_not_read(day_folder: Path) -> None:
    (day_folder / "orders.csv").unlink()
    (day_folder / "orders.csv.gz").write_bytes(gzip.compress(b"0" * (65 * 1024 * 1024), compresslevel=1))
    assert refusal(day_folder) == "orders.csv.gz is larger than 64 MiB."


def test_a_day_without_orders_is_refused(day_folder: Path) -> None:
    replace(day_folder, "orders", "8,o1,10,20,1,r1,2\n", "")
    assert refusal(day_folder, instance="8") == "orders.csv has no orders of instance 8."


def test_a_day_can_be_cut_to_its_first_orders_hours_and_fewer_couriers(day_folder: Path) -> None:
    day = read_day(day_folder)
    assert [one.name for one in day.cut(orders=2).orders] == ["o1", "o2"]
    assert [one.name for one in day.cut(hours=0.05).orders] == ["o1", "o2", "o3"]
    assert [one.name for one in day.cut(couriers=2).couriers] == ["c1", "c2"]
    assert [one.name for one in day.cut(begin=0.2, hours=0.15).orders] == ["o4", "o5", "o6"]
    assert day.cut() == day
    with pytest.raises(UnusableDay, match="No order is placed after 9 hours"):
        day.cut(begin=9)


def test_the_recorded_days_are_read_whole() -> None:
    folder = DATA / "dispatch"
    if not folder.exists():
        pytest.skip("data not found, skipped")
    day = read_day(folder / "orders.csv.gz", instance="4", schedule="s2")
    assert (len(day.orders), len(day.couriers)) == (1185, 151)
