"""Pictures of what the demo sells, drawn when it starts: a crate in a colour of its own for each article."""

import colorsys
import re
from pathlib import Path

from PIL import Image, ImageDraw

from api.simulation.demo.goods import ARTICLES

FOLDER = "product_images"
SIZE = 320
# The picture that the examples of the API name.
EXAMPLE = "rice.jpg"


def picture_path(name: str) -> str:
    """Under which path an article's picture is served."""
    return f"/media/{FOLDER}/{_file_name(name)}"


def draw_pictures(data_dir: Path) -> None:
    """Write those that are not there yet into the folder that ``/media`` shows. Some milliseconds of CPU each."""
    folder = data_dir / "media" / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    names = [EXAMPLE, *(_file_name(article.name) for article in ARTICLES)]
    for place, name in enumerate(names):
        if not (folder / name).exists():
            _draw(place / len(names)).save(folder / name, "JPEG", quality=80)


def _file_name(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") + ".jpg"


def _draw(hue: float) -> Image.Image:
    image = Image.new("RGB", (SIZE, SIZE), _colour(hue, 0.15, 0.97))
    pen = ImageDraw.Draw(image)
    pen.rounded_rectangle((50, 90, SIZE - 50, SIZE - 50), 18, fill=_colour(hue, 0.6, 0.8))
    for y in (140, 190, 240):
        pen.line((50, y, SIZE - 50, y), fill=_colour(hue, 0.7, 0.6), width=6)
    pen.ellipse((110, 40, 210, 140), fill=_colour(hue + 0.08, 0.7, 0.9))
    return image


def _colour(hue: float, saturation: float, value: float) -> tuple[int, int, int]:
    red, green, blue = colorsys.hsv_to_rgb(hue % 1, saturation, value)
    return round(red * 255), round(green * 255), round(blue * 255)
