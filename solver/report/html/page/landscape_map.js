// The cost over the plane as contours, spaced evenly in the logarithm of its height above the lowest.

const mostLevels = 18;

const leastCells = 48;    // of the grid, along each side of a window: with fewer its contours are coarse
const windowMargin = 0.12;  // around what must be seen, of its extent
const mostOfMap = 0.6;      // of each side of the map: a window that is larger is the map

/** Pixels of points of the plane, over a window [left, right, bottom, top]. */
function planeScales(figure, window) {
  return {
    x: d3.scaleLinear().domain(window.slice(0, 2)).range([figure.x0, figure.x1]),
    y: d3.scaleLinear().domain(window.slice(2)).range([figure.y0, figure.y1]),
  };
}

/**
 * The part of the map that shows the runs' paths, where they stay in it, and the minima near them; the whole map where
 * that is most of it, or a path begins outside. The map itself holds the starts of all runs.
 */
function windowOf(landscape, runs) {
  const {lower, upper, columns, rows} = landscape, whole = [lower[0], upper[0], lower[1], upper[1]];
  const inside = p => p.length === 2 && p.every((v, d) => v !== null && v >= lower[d] && v <= upper[d]);
  const paths = runs.map(r => r.run.trace.x || []).filter(path => path.length);
  const points = paths.flatMap(path => path.filter(inside));
  const minima = landscape.minima.filter(inside);
  if (!points.length || !minima.length || !paths.every(path => inside(path[0]))) return whole;
  const extent = d => d3.extent(points, p => p[d]);
  const sides = [extent(0), extent(1)];
  const hold = m => m.forEach((v, d) => sides[d] = [Math.min(sides[d][0], v), Math.max(sides[d][1], v)]);
  const away = m => d3.max(m, (v, d) => Math.max(sides[d][0] - v, v - sides[d][1]) / (upper[d] - lower[d]));
  hold(minima[d3.scan(minima, (a, b) => away(a) - away(b))]);
  const reach = d3.max(sides, (side, d) => (side[1] - side[0]) / (upper[d] - lower[d]));
  minima.filter(m => away(m) <= reach).forEach(hold);
  // Both sides shrink alike: a narrow window would show the map through a slit.
  const least = leastCells / Math.min(columns - 1, rows - 1);
  const part = Math.max(least, (1 + 2 * windowMargin) * d3.max(sides, (s, d) => (s[1] - s[0]) / (upper[d] - lower[d])));
  if (part > mostOfMap) return whole;
  return sides.flatMap((side, d) => {
    const width = part * (upper[d] - lower[d]), middle = 0.5 * (side[0] + side[1]);
    const from = Math.max(lower[d], Math.min(upper[d] - width, middle - 0.5 * width));
    return [from, from + width];
  });
}

/** log₁₀ (F − F*) on the grid, from what can be told apart among `shown` costs; null where F is not defined. */
function logHeights(landscape, best, shown) {
  const known = finite(landscape.cost);
  const lowest = Math.min(d3.min(known), best === null ? Infinity : best);
  const highest = d3.max(known);
  const positive = finite(shown).map(f => f - lowest).filter(h => h > 0).sort(d3.ascending);
  // Below its lowest hundredth the grid is too coarse to draw the floor of a valley.
  const floor = positive.length ? Math.max(positive[Math.floor(positive.length / 100)], 1e-9 * (highest - lowest)) : 1;
  return landscape.cost.map(f => f === null ? null : Math.log10(Math.max(f - lowest, floor)));
}

/** Draws into figure.marks what of the map lies in the window of the scales. */
function drawLandscape(figure, landscape, best, x, y) {
  const {columns, rows, lower, upper} = landscape;
  // Levels are those of the window.
  const nodes = (scale, d, count) => d3.range(count).filter(i => {
    const v = lower[d] + (upper[d] - lower[d]) * i / (count - 1), [from, to] = scale.domain();
    return v >= from && v <= to;
  });
  const atX = nodes(x, 0, columns), atY = nodes(y, 1, rows);
  const inWindow = values => atY.flatMap(row => atX.map(column => values[row * columns + column]));
  const heights = logHeights(landscape, best, inWindow(landscape.cost)), known = finite(inWindow(heights));
  const [low, high] = d3.extent(known);
  const levels = d3.range(mostLevels).map(i => low + (high - low) * (i + 0.5) / mostLevels);
  // Where F is not defined the map takes it for high, and is covered afterwards.
  const filled = heights.map(h => h === null ? high : h);
  // The whole map in pixels, of which the pane may show a part.
  const left = x(lower[0]), bottom = y(lower[1]);
  const stepX = (x(upper[0]) - left) / (columns - 1), stepY = (y(upper[1]) - bottom) / (rows - 1);
  const over = range => ({range: () => range});
  const path = gridPath(over([left, x(upper[0])]), over([bottom, y(upper[1])]), columns, rows);
  const g = figure.marks.append('g').attr('class', 'map').attr('aria-hidden', 'true');
  g.append('rect')
      .attr('x', figure.x0)
      .attr('y', figure.y1)
      .attr('width', figure.x1 - figure.x0)
      .attr('height', figure.y0 - figure.y1)
      .style('fill', 'var(--map-low)');
  g.selectAll('path')
      .data(d3.contours().size([columns, rows]).smooth(true).thresholds(levels)(filled))
      .join('path')
      .attr('class', 'contour')
      .attr('d', path)
      .style(
          'fill',
          (c, i) => `color-mix(in srgb, var(--map-high) ${Math.round(100 * (i + 1) / mostLevels)}%, var(--map-low))`);
  const cellsWithout = heights.map((h, i) => h === null ? i : -1).filter(i => i >= 0);
  g.selectAll('rect.no-value')
      .data(cellsWithout)
      .join('rect')
      .attr('class', 'no-value')
      .attr('x', i => left + (i % columns - 0.5) * stepX)
      .attr('y', i => bottom + (Math.floor(i / columns) + 0.5) * stepY)
      .attr('width', stepX + 0.5)
      .attr('height', -stepY + 0.5);
}

/** Whether F at a point is surely above F*: the grid's values around it lie higher than they differ. */
function isAbove(landscape, best, point) {
  if (best === null || point.length !== 2) return false;
  const {columns, rows, lower, upper} = landscape;
  const cell = (d, count) => Math.max(
      0, Math.min(count - 2, Math.floor((point[d] - lower[d]) / (upper[d] - lower[d]) * (count - 1))));
  const column = cell(0, columns), row = cell(1, rows);
  const corners = [0, 1, columns, columns + 1].map(k => landscape.cost[row * columns + column + k]);
  if (corners.includes(null)) return false;
  const [low, high] = d3.extent(corners);
  return low - best > 2 * (high - low) && low - best > 1e-6 * Math.max(1, Math.abs(best));
}

/** Crosses at the known minima, thin where F > F*; returns how many lie in the window of the scales. */
function drawMinimaOf(figure, landscape, best, x, y) {
  const within = (scale, v) => v >= scale.domain()[0] && v <= scale.domain()[1];
  const inside = landscape.minima.filter(m => m.length === 2 && within(x, m[0]) && within(y, m[1]));
  figure.marks.selectAll('path.minimum')
      .data(inside)
      .join('path')
      .attr('class', m => isAbove(landscape, best, m) ? 'minimum higher' : 'minimum')
      .attr('d', m => isAbove(landscape, best, m) ? 'M-8,0H8M0,-8V8' : 'M-12,0H12M0,-12V12')
      .attr('transform', m => `translate(${x(m[0])},${y(m[1])})`)
      .append('title')
      .text(m => `minimum at ${formatNumber(m[0], 6)}, ${formatNumber(m[1], 6)}`);
  return inside.length;
}
