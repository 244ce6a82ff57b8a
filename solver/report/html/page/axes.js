// Scales that suit the data, and the axes that belong to them.

const finite = values => values.filter(v => v !== null && v !== undefined && Number.isFinite(v));

/** A linear scale over the values and some air. */
function linearScale(values, range, air = 0.05) {
  let [low, high] = d3.extent(finite(values));
  if (low === undefined) [low, high] = [0, 1];
  if (low === high) [low, high] = [low - (Math.abs(low) || 1) * 0.5, high + (Math.abs(high) || 1) * 0.5];
  const margin = air * (high - low);
  return d3.scaleLinear().domain([low - margin, high + margin]).range(range);
}

/** A logarithmic scale over the positive values. */
function logScale(values, range, air = 0.04) {
  const positive = finite(values).filter(v => v > 0);
  let [low, high] = positive.length ? d3.extent(positive) : [0.1, 10];
  if (high / low < 1.2) [low, high] = [low / 2, high * 2];
  const margin = Math.pow(high / low, air);
  return d3.scaleLog().domain([low / margin, high * margin]).range(range);
}

const leastDecades = 1;  // that a logarithm takes to show more than a straight axis

/** Whether values ≥ 0 are better told apart by their logarithms. */
function wantsLog(values) {
  const [low, high] = d3.extent(finite(values).filter(v => v > 0));
  return low !== undefined && high / low >= 10 ** leastDecades;
}

/** A logarithmic scale that has room for zero: what is not positive stands at the near end of `range`. */
function logScaleWithZero(values, range) {
  const room = 30, [zero, far] = range, positive = finite(values).filter(v => v > 0);
  // Of a single positive cost there are no decades to show: what is near zero is within six of it.
  const least = 1e-6 * d3.max(positive);
  const log = logScale(positive.concat([least]), [zero + Math.sign(far - zero) * room, far]);
  const scale = v => v > 0 ? log(v) : zero + Math.sign(far - zero) * 0.3 * room;
  return Object.assign(scale, {
    base: log.base,
    domain: log.domain,
    ticks: log.ticks,
    range: () => range,
    copy: () => scale,
  });
}

const isLog = scale => typeof scale.base === 'function';

function ticksOf(scale, count) {
  if (!isLog(scale)) return scale.ticks(count);
  const [low, high] = scale.domain().map(Math.log10);
  const decades = d3.range(Math.ceil(low - 1e-9), Math.floor(high + 1e-9) + 1);
  const fine = scale.ticks(count);
  if (decades.length < 2 && fine.length <= count) return fine;
  const leading = v => Math.round(v / 10 ** Math.floor(Math.log10(v) + 1e-9));
  const halved = scale.ticks(10).filter(v => [1, 2, 5].includes(leading(v)));
  if (decades.length < 2 || (decades.length < 4 && halved.length <= 1.5 * count)) return halved;
  const stride = Math.ceil(decades.length / count);
  return decades.filter(e => e % stride === 0).map(e => 10 ** e);
}

function tickLabel(scale, ticks) {
  if (!isLog(scale)) {
    const largest = d3.max(ticks, Math.abs) || 0;
    const step = ticks.length > 1 ? Math.abs(ticks[1] - ticks[0]) : largest;
    const digits = Math.min(8, Math.max(1, Math.ceil(Math.log10(largest / step || 1) + 1e-9) + 1));
    return v => formatNumber(Math.abs(v) < 1e-12 * largest ? 0 : v, digits);
  }
  const exponent = v => Math.round(Math.log10(v));
  const whole = v => v > 0 && Math.abs(Math.log10(v) - exponent(v)) < 1e-9;
  const plain = ticks.every(v => v === 0 || (v >= 0.001 && v <= 1e4));
  return v => plain || !whole(v) ? formatNumber(v, 2) : powerOfTen(exponent(v));
}

/** Draws d3.contours() of a grid whose first and last nodes lie at the ends of both scales. */
function gridPath(x, y, columns, rows) {
  const stepX = (x.range()[1] - x.range()[0]) / (columns - 1), stepY = (y.range()[1] - y.range()[0]) / (rows - 1);
  return d3.geoPath(d3.geoTransform({
    // The contours have the first node at one half.
    point(px, py) { this.stream.point(x.range()[0] + (px - 0.5) * stepX, y.range()[0] + (py - 0.5) * stepY); },
  }));
}

/** How many ticks each axis of a figure has room for. */
const tickCounts = ({x0, x1, y0, y1}) => ({
  x: Math.max(3, Math.floor((x1 - x0) / 90)),
  y: Math.max(3, Math.floor((y0 - y1) / 46)),
});

/** Draws both axes, their grid and their labels into figure.axes. */
function drawAxes(figure, x, y, xLabel, yLabel, {xTicks = null, yTicks = null} = {}) {
  const {x0, x1, y0, y1, axes} = figure;
  axes.selectAll('*').remove();
  const atX = xTicks || ticksOf(x, tickCounts(figure).x);
  const atY = yTicks || ticksOf(y, tickCounts(figure).y);
  axes.append('g')
      .attr('class', 'grid')
      .selectAll('line')
      .data(atX)
      .join('line')
      .attr('x1', x)
      .attr('x2', x)
      .attr('y1', y0)
      .attr('y2', y1);
  axes.append('g')
      .attr('class', 'grid')
      .selectAll('line')
      .data(atY)
      .join('line')
      .attr('y1', y)
      .attr('y2', y)
      .attr('x1', x0)
      .attr('x2', x1);
  axes.append('g')
      .attr('class', 'axis')
      .attr('transform', `translate(0,${y0})`)
      .call(d3.axisBottom(x).tickValues(atX).tickFormat(tickLabel(x, atX)).tickSizeOuter(0));
  const left = axes.append('g')
                   .attr('class', 'axis')
                   .attr('transform', `translate(${x0},0)`)
                   .call(d3.axisLeft(y).tickValues(atY).tickFormat(tickLabel(y, atY)).tickSizeOuter(0));
  // Where long numbers need more room than the margin has, the picture grows to the left.
  const widest = d3.max(left.selectAll('.tick text').nodes(), text => text.getComputedTextLength()) || 0;
  const labelAt = x0 - Math.max(x0 - 14, widest + 24), more = Math.max(0, Math.ceil(12 - labelAt));
  figure.svg.attr('viewBox', `${- more} 0 ${figure.width + more} ${figure.height}`);
  axes.append('text')
      .attr('class', 'label')
      .attr('x', (x0 + x1) / 2)
      .attr('y', figure.height - 8)
      .attr('text-anchor', 'middle')
      .text(xLabel);
  axes.append('text')
      .attr('class', 'label')
      .attr('transform', `translate(${labelAt},${(y0 + y1) / 2}) rotate(-90)`)
      .attr('text-anchor', 'middle')
      .text(yLabel);
}
