// Where on its path a pill is.

import { svgElement } from "./elements.js";

const PARTS = 48; // of equal length, that a path is cut into
const PATHS = 500; // that are kept
const known = new Map();

/** Points at equal distances along a path: asked of the browser once, not for each pill and frame. */
export function pointsAlong(d) {
  if (!known.has(d)) {
    const path = svgElement("path", { d });
    const length = path.getTotalLength();
    if (known.size > PATHS) known.clear();
    known.set(d, Array.from({ length: PARTS + 1 }, (_, index) => path.getPointAtLength((index / PARTS) * length)));
  }
  return known.get(d);
}

/** The point at a part of the way, from 0 to 1. */
export function pointAt(points, part) {
  const at = part * (points.length - 1);
  const [here, next, rest] = [points[Math.floor(at)], points[Math.ceil(at)], at % 1];
  return [here.x + (next.x - here.x) * rest, here.y + (next.y - here.y) * rest];
}
