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


def arc_m(squared_chord: Floats) -> Floats:
    """Great-circle distance in metres of points whose unit vectors lie that far apart (squared)."""
    half = np.sqrt(squared_chord)
    half *= 0.5
    np.minimum(half, 1.0, out=half)
    np.arcsin(half, out=half)
    half *= 2.0 * EARTH_RADIUS_M
    return half
