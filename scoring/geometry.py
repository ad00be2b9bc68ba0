"""Great-circle distances on a sphere through unit vectors, so that poles and the antimeridian need no care."""

import numpy as np

from scoring.arrays import Floats

EARTH_RADIUS_M = 6_371_008.8  # mean radius R1 of the WGS 84 ellipsoid (Moritz 2000)


def unit_vectors(lat: Floats, lon: Floats) -> Floats:
    """Points of the unit sphere.

    Parameters
    ----------
    lat, lon
        (N,) degrees.

    Returns
    -------
    numpy.ndarray
        (3, N) coordinates, one contiguous row an axis.
    """
    phi, lam = np.radians(lat), np.radians(lon)
    cos_phi = np.cos(phi)
    return np.stack((cos_phi * np.cos(lam), cos_phi * np.sin(lam), np.sin(phi)))


def squared_chords(a: Floats, b: Floats) -> Floats:
    """Squared straight-line distance between unit vectors, broadcast over all but the first axis.

    Differences are taken before squaring: ``2 - 2 a.b`` would lose everything below a metre.
    """
    x: Floats = a[0] - b[0]
    out: Floats = x * x
    for axis in (1, 2):
        np.subtract(a[axis], b[axis], out=x)
        np.multiply(x, x, out=x)
        out += x
    return out


def arc_m(squared_chord: Floats, out: Floats | None = None) -> Floats:
    """Great-circle distance in metres of points whose unit vectors lie that far apart (squared).

    Parameters
    ----------
    squared_chord
        Of any shape.
    out
        Where to put the distances; `squared_chord` itself will do.
    """
    half: Floats = np.sqrt(squared_chord, out=out)
    half *= 0.5
    np.clip(half, 0.0, 1.0, out=half)  # antipodes may be a last digit beyond it
    np.arcsin(half, out=half)
    half *= 2.0 * EARTH_RADIUS_M
    return half
