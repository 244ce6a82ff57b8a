// The cost over the plane as contours, spaced evenly in the logarithm of its height above the lowest.

const mostLevels = 18;

/** Pixels of points of the plane; the grid's first value lies at the lower ends of the window. */
function planeScales(figure, landscape) {
  return {
    x: d3.scaleLinear().domain([landscape.lower[0], landscape.upper[0]]).range([figure.x0, figure.x1]),
    y: d3.scaleLinear().domain([landscape.lower[1], landscape.upper[1]]).range([figure.y0, figure.y1]),
  };
}

/** log₁₀ (F − F*) on the grid, from what can be told apart; null where F is not defined. */
function logHeights(landscape, best) {
  const known = finite(landscape.cost);
  const lowest = Math.min(d3.min(known), best === null ? Infinity : best);
  const highest = d3.max(known);
  const positive = known.map(f => f - lowest).filter(h => h > 0).sort(d3.ascending);
  // Below its lowest hundredth the grid is too coarse to draw the floor of a valley.
  const floor = positive.length ? Math.max(positive[Math.floor(positive.length / 100)], 1e-9 * (highest - lowest)) : 1;
  return landscape.cost.map(f => f === null ? null : Math.log10(Math.max(f - lowest, floor)));
}

/** Draws into figure.marks; returns the levels. */
function drawLandscape(figure, landscape, best) {
  const {columns, rows} = landscape, {x, y} = planeScales(figure, landscape);
  const heights = logHeights(landscape, best), known = finite(heights);
  const [low, high] = d3.extent(known);
  const levels = d3.range(mostLevels).map(i => low + (high - low) * (i + 0.5) / mostLevels);
  // Where F is not defined the map takes it for high, and is covered afterwards.
  const filled = heights.map(h => h === null ? high : h);
  const stepX = (x.range()[1] - x.range()[0]) / (columns - 1), stepY = (y.range()[1] - y.range()[0]) / (rows - 1);
  const path = gridPath(x, y, columns, rows);
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
      .attr('x', i => x.range()[0] + (i % columns - 0.5) * stepX)
      .attr('y', i => y.range()[0] + (Math.floor(i / columns) + 0.5) * stepY)
      .attr('width', stepX + 0.5)
      .attr('height', -stepY + 0.5);
  return levels;
}

function drawMinimaOf(figure, landscape) {
  const {x, y} = planeScales(figure, landscape);
  const inside = landscape.minima.filter(
      m => m.length === 2 && m[0] >= landscape.lower[0] && m[0] <= landscape.upper[0] && m[1] >= landscape.lower[1] &&
          m[1] <= landscape.upper[1]);
  figure.marks.selectAll('path.minimum')
      .data(inside)
      .join('path')
      .attr('class', 'minimum')
      .attr('d', 'M-12,0H12M0,-12V12')
      .attr('transform', m => `translate(${x(m[0])},${y(m[1])})`)
      .append('title')
      .text(m => `minimum at ${formatNumber(m[0], 6)}, ${formatNumber(m[1], 6)}`);
  return inside.length;
}
