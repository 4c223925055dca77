"""Renders demo.jpg beside this file: an apple on a table, by marching rays through a distance field.

Needs numpy and Pillow. The picture is this project's own.
"""
import os
import numpy as np
from PIL import Image

WIDTH, HEIGHT, OVERSAMPLING = 640, 480, 2
CENTER = np.array([0.15, 0.0, 0.0])
LIGHT = np.array([-0.55, 0.75, 0.45]) / np.linalg.norm([-0.55, 0.75, 0.45])
BODY, STEM, LEAF = 0, 1, 2


def length(v):
    return np.sqrt((v * v).sum(-1))


def smooth_noise(x, y, seed):
    """Value noise in 0 ... 1 on an integer grid."""
    grid = np.random.default_rng(seed).random((64, 64))
    x0, y0 = np.floor(x).astype(int), np.floor(y).astype(int)
    fx, fy = x - x0, y - y0
    fx, fy = fx * fx * (3 - 2 * fx), fy * fy * (3 - 2 * fy)
    at = lambda i, j: grid[i % 64, j % 64]
    low = at(x0, y0) * (1 - fx) + at(x0 + 1, y0) * fx
    high = at(x0, y0 + 1) * (1 - fx) + at(x0 + 1, y0 + 1) * fx
    return low * (1 - fy) + high * fy


def body(p):
    """A torus that almost closes, narrower below: dimples above and below, as apples have."""
    q = p - CENTER
    taper = 1 + 0.16 * q[..., 1]
    ring = np.sqrt(q[..., 0] ** 2 + q[..., 2] ** 2) / taper - 0.42
    angle = np.arctan2(q[..., 2], q[..., 0])
    lobes = 0.014 * np.cos(5 * angle) * np.clip(-2.5 * q[..., 1], 0, 1)
    return (np.sqrt(ring ** 2 + (q[..., 1] * 0.95) ** 2) - 0.62 + lobes) * 0.8


def stem(p):
    q = p - CENTER - np.array([0.0, 0.42, 0.0])
    t = np.clip(q[..., 1] / 0.55, 0, 1)
    axis = np.stack([0.14 * t ** 2, 0.55 * t, 0.03 * t], -1)
    return length(q - axis) - (0.035 + 0.02 * t ** 4)


def leaf(p):
    q = p - CENTER - np.array([0.42, 0.84, 0.06])
    turn = np.array([[0.92, 0.39, 0.0], [-0.39, 0.92, 0.0], [0.0, 0.0, 1.0]])
    q = q @ turn.T
    bend = q[..., 1] + 0.35 * q[..., 0] ** 2
    pointed = np.abs(q[..., 2]) + 0.03
    return (np.sqrt((q[..., 0] / 0.36) ** 2 + (bend / 0.045) ** 2 + (pointed / 0.16) ** 2) - 1) * 0.04


def distance(p):
    return np.stack([body(p), stem(p), leaf(p)], -1)


def normal(p):
    e = 1e-3
    steps = [np.array(v) * e for v in ([1, 0, 0], [0, 1, 0], [0, 0, 1])]
    n = np.stack([distance(p + s).min(-1) - distance(p - s).min(-1) for s in steps], -1)
    return n / length(n)[..., None]


def march(origin, direction, limit, steps=110):
    t = np.zeros(direction.shape[:-1])
    for _ in range(steps):
        t = np.where(t < limit, t + distance(origin + direction * t[..., None]).min(-1), t)
    return t, t < limit


def skin(p):
    q = p - CENTER
    angle = np.arctan2(q[..., 2], q[..., 0])
    wide, narrow = smooth_noise(angle * 14 + 40, q[..., 1] * 2 + 20, 1), smooth_noise(angle * 40, q[..., 1] * 4 + 9, 2)
    streaks = wide * 0.6 + narrow * 0.4
    top = np.clip(q[..., 1] - 0.35, 0, 1)
    blush = np.clip(0.75 + 0.5 * np.cos(angle + 2.4) - 0.5 * (streaks - 0.35) - 0.5 * top, 0, 1)
    red, yellow = np.array([0.66, 0.035, 0.03]), np.array([0.82, 0.52, 0.08])
    color = yellow + (red - yellow) * blush[..., None]
    specks = smooth_noise(angle * 30 + 7, q[..., 1] * 30 + 31, 3) > 0.93
    return np.where(specks[..., None], color * 0.6 + 0.3, color)


def shade(p, view):
    n = normal(p)
    part = distance(p).argmin(-1)
    color = skin(p)
    color[part == STEM] = [0.20, 0.11, 0.05]
    color[part == LEAF] = [0.10, 0.33, 0.05]
    lit = np.clip((n @ LIGHT), 0, 1)
    shadow = ~march(p + n * 0.02, np.broadcast_to(LIGHT, p.shape), 3.0, 40)[1]
    ambient = 0.30 + 0.16 * n[..., 1]
    half = LIGHT - view
    half /= length(half)[..., None]
    gloss = np.clip((n * half).sum(-1), 0, 1)
    light = ambient + 0.95 * lit * shadow
    shine = 0.55 * gloss ** 60 * shadow + 0.06 * (1 - np.clip(-(n * view).sum(-1), 0, 1)) ** 3
    return color * light[..., None] + np.where(part == BODY, shine, 0.1 * shine)[..., None]


def table(p):
    """Pale boards under a soft shadow: how far the apple is from the way to the light darkens them."""
    wide = smooth_noise(p[..., 0] * 1.2 + 30, p[..., 2] * 14 + 30, 4)
    grain = wide * 0.6 + smooth_noise(p[..., 0] * 3, p[..., 2] * 40, 5) * 0.4
    color = np.array([0.60, 0.52, 0.42]) * (0.94 + 0.10 * grain)[..., None]
    open_sky = np.ones(p.shape[:-1])
    for t in np.linspace(0.05, 2.4, 48):
        near = distance(p + LIGHT * t).min(-1)
        open_sky = np.minimum(open_sky, np.clip(0.5 + 3.2 * near / t, 0, 1))
    contact = np.clip(body(p + np.array([0, 0.02, 0])) / 0.5, 0, 1)
    soft = 0.48 + 0.52 * open_sky * open_sky * (3 - 2 * open_sky)
    return color * soft[..., None] * (0.62 + 0.38 * contact)[..., None]


def wall(direction):
    glow = np.exp(-((direction[..., 0] + 0.25) ** 2 + (direction[..., 1] - 0.15) ** 2) * 2.2)
    return np.array([0.36, 0.42, 0.45]) + np.array([0.20, 0.20, 0.17]) * glow[..., None]


def render():
    w, h = WIDTH * OVERSAMPLING, HEIGHT * OVERSAMPLING
    y, x = np.mgrid[0:h, 0:w]
    eye, target = np.array([0.0, 1.15, 5.2]), np.array([0.0, 0.08, 0.0])
    forward = (target - eye) / np.linalg.norm(target - eye)
    right = np.cross(forward, [0, 1, 0])
    right /= np.linalg.norm(right)
    up = np.cross(right, forward)
    u, v = ((x + 0.5) / w - 0.5) * 0.92, (0.5 - (y + 0.5) / h) * 0.69
    ray = forward + u[..., None] * right + v[..., None] * up
    ray /= length(ray)[..., None]

    floor = -0.66
    t_floor = np.where(ray[..., 1] < 0, (floor - eye[1]) / np.minimum(ray[..., 1], -1e-6), np.inf)
    image = wall(ray)
    on_table = t_floor < 12
    points = eye + ray[on_table] * t_floor[on_table][:, None]
    fade = np.clip((t_floor[on_table] - 7) / 5, 0, 1)[:, None]
    image[on_table] = table(points) * (1 - fade) + image[on_table] * fade
    t, hit = march(eye, ray, 8.0)
    hit &= t < t_floor
    image[hit] = shade(eye + ray[hit] * t[hit][:, None], ray[hit])

    srgb = np.clip(image, 0, 1) ** (1 / 2.2)
    small = srgb.reshape(HEIGHT, OVERSAMPLING, WIDTH, OVERSAMPLING, 3).mean((1, 3))
    small += np.random.default_rng(6).normal(0, 0.006, small.shape)
    return Image.fromarray((small.clip(0, 1) * 255 + 0.5).astype(np.uint8))


render().save(os.path.join(os.path.dirname(os.path.abspath(__file__)), "demo.jpg"), quality=88)
