import type { Point } from "../shared/types.ts";

/** A 3x3 matrix by rows. */
export type Matrix = [number, number, number, number, number, number, number, number, number];

/** The projective map of the unit square (TL, TR, BR, BL) onto a quad (Heckbert 1989). */
export function squareToQuad([a, b, c, d]: [Point, Point, Point, Point]): Matrix {
  const sx = a[0] - b[0] + c[0] - d[0];
  const sy = a[1] - b[1] + c[1] - d[1];
  const dx1 = b[0] - c[0];
  const dx2 = d[0] - c[0];
  const dy1 = b[1] - c[1];
  const dy2 = d[1] - c[1];
  const det = dx1 * dy2 - dx2 * dy1;
  const g = (sx * dy2 - dx2 * sy) / det;
  const h = (dx1 * sy - sx * dy1) / det;
  return [b[0] - a[0] + g * b[0], d[0] - a[0] + h * d[0], a[0], b[1] - a[1] + g * b[1], d[1] - a[1] + h * d[1], a[1], g, h, 1];
}

/** The adjugate: the inverse up to scale, which a projective map does not mind. */
export function invert([a, b, c, d, e, f, g, h, i]: Matrix): Matrix {
  return [e * i - f * h, c * h - b * i, b * f - c * e, f * g - d * i, a * i - c * g, c * d - a * f, d * h - e * g, b * g - a * h, a * e - b * d];
}

export function map([a, b, c, d, e, f, g, h, i]: Matrix, [x, y]: Point): Point {
  const w = g * x + h * y + i;
  return [(a * x + b * y + c) / w, (d * x + e * y + f) / w];
}

/** CSS that lays a picture of `width` x `height` so that its quad (0..1 of the picture) fills a box of `out` pixels. */
export function rectifying(quad: [Point, Point, Point, Point], width: number, height: number, out: [number, number]): string {
  const scaled = quad.map(([x, y]) => [x * width, y * height] as Point) as [Point, Point, Point, Point];
  const [a, b, c, d, e, f, g, h, i] = invert(squareToQuad(scaled));
  const [w, t] = out;
  const rows = [a * w, b * w, c * w, d * t, e * t, f * t, g, h, i].map((value) => value / i) as Matrix;
  const [m11, m12, m14, m21, m22, m24, m41, m42, m44] = rows;
  return `matrix3d(${[m11, m21, 0, m41, m12, m22, 0, m42, 0, 0, 1, 0, m14, m24, 0, m44].join(",")})`;
}
