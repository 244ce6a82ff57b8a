// The page of many fits of one model: how they ended, iterations, parameters, the worst.

/** Bars of classes that lie beside each other; `edges` has one more than `counts`. */
function drawBars(figure, x, edges, counts, label, xTicks = null) {
  const y = d3.scaleLinear().domain([0, 1.05 * d3.max(counts)]).range([figure.y0, figure.y1]);
  const yTicks = y.ticks(tickCounts(figure).y).filter(Number.isInteger);
  drawAxes(figure, x, y, label, 'fits', {xTicks, yTicks});
  const bars = counts.map((n, i) => ({n, left: x(edges[i]), right: x(edges[i + 1]), i})).filter(b => b.n > 0);
  figure.marks.append('g')
      .attr('class', seriesStyle(0).css)
      .selectAll('rect')
      .data(bars)
      .join('rect')
      .attr('class', 'bar')
      .attr('x', b => b.left + 0.5)
      .attr('width', b => Math.max(0.5, b.right - b.left - 1))
      .attr('y', b => Math.min(y(b.n), figure.y0 - 1))
      .attr('height', b => Math.max(1, figure.y0 - y(b.n)));
  return bars;
}

/** A bar behind the share of each status. */
function drawShares() {
  const rows = d3.selectAll('#endings tbody tr'), head = d3.select('#endings thead tr');
  const counts = rows.nodes().map(row => Number(row.children[1].textContent)), all = d3.sum(counts);
  const bars = rows.insert('td', 'td:nth-of-type(3)').attr('class', 'share').attr('aria-hidden', 'true').append('div');
  head.insert('th', ':nth-child(4)').attr('aria-hidden', 'true');
  bars.data(counts).style('width', n => `${100 * n / all}%`).classed('failed', function() {
    return this.closest('tr').firstElementChild.textContent !== 'converged';
  });
}

function iterationChart(parent, {first, width, counts, beyond, longest, median}) {
  const figure = new Figure(parent, {title: 'Iterations of a fit', wide: true, aspect: 0.3, kind: 'iterations'});
  figure.clear();
  const edges = d3.range(counts.length + 1).map(k => first + k * width - 0.5);
  // Few classes keep the width of bars.
  const span = Math.max(8, counts.length) * width, left = Math.max(-0.5, (edges[0] + edges[counts.length] - span) / 2);
  const x = d3.scaleLinear().domain([left, left + span]).range([figure.x0, figure.x1]);
  const range = i => width === 1 ? String(first + i) : `${first + i * width} to ${first + (i + 1) * width - 1}`;
  drawBars(figure, x, edges, counts, 'iterations', wholeTicks(x, tickCounts(figure).x));
  figure.marks.selectAll('.bar').append('title').text(b => `${range(b.i)} iterations: ${counted(b.n, 'fit')}`);
  if (beyond)
    figure.legend.append('p').attr('class', 'caption').text(
        `Not drawn: ${counted(beyond, 'fit')} with more iterations, up to ${longest}.`);
  figure.describe(
      `How many fits took how many iterations: from ${first} to ${longest}, median ${median}; most took ${
          range(d3.scan(counts, (a, b) => b - a))}.`);
  figure.table(['iterations', 'fits'], () => counts.map((n, i) => [range(i), String(n)]));
}

/** The distribution of one parameter, with its quartiles as a band and its median as a line. */
function distributionChart(parent, parameter, wide) {
  const {name, words, first, last, counts, median, lower, upper} = parameter, n = counts.length;
  const figure = new Figure(parent, {title: name, wide, aspect: wide ? 0.3 : 0.66, kind: 'distribution'});
  figure.clear();
  const edges = d3.range(n + 1).map(k => first + (last - first) * k / n);
  const x = d3.scaleLinear().domain([first, last]).range([figure.x0, figure.x1]);
  drawBars(figure, x, edges, counts, name);
  figure.marks.selectAll('.bar').append('title').text(
      b => `${formatNumber(edges[b.i])} to ${formatNumber(edges[b.i + 1])}: ${counted(b.n, 'fit')}`);
  const within = v => v !== null && v >= first && v <= last, style = seriesStyle(1);
  const g = figure.marks.append('g').attr('class', style.css);
  if (within(lower) && within(upper))
    g.append('rect')
        .attr('class', 'band')
        .attr('x', x(lower))
        .attr('width', Math.max(1, x(upper) - x(lower)))
        .attr('y', figure.y1)
        .attr('height', figure.y0 - figure.y1);
  if (within(median)) g.append('path').attr('class', 'line').attr('d', `M${x(median)},${figure.y0}V${figure.y1}`);
  appendLegend(figure, [
    {name: 'median', style: {...style, dash: null}, mark: false}, {name: 'quartiles', style, line: false, mark: false, band: true}
  ]);
  figure.legend.append('p').attr('class', 'caption').text(`${words[0].toUpperCase()}${words.slice(1)}.`);
  figure.describe(`Distribution of ${name} over the converged fits: ${words}.`);
  figure.table(
      ['from', 'to', 'fits'], () => counts.map((count, i) => [edges[i], edges[i + 1], String(count)]));
}

function drawDistributions(parameters) {
  const holder = parameters.length ? figuresIn('parameters') : null;
  if (!holder) return;
  holder.classed('small', parameters.length > 2);
  parameters.forEach(p => distributionChart(holder, p, parameters.length === 1));
  d3.select('#parameters').append('p').attr('class', 'caption').text(
      'The first and the last class of a histogram hold what lies beyond them, too.');
}

/** Points and curve of one fit, as the page of a single fit has them. */
function exampleChart(parent, example) {
  const {x, y, curve, parameters} = example;
  const name = example.name || `fit ${example.fit}`;
  const residual = y.map((v, i) => v === null || curve[i] === null ? null : curve[i] - v);
  const drawn = curve.some(v => v !== null);
  const panel = {
    name,
    input: x.every((v, i) => v === i) ? 'point' : 'x',
    response: 'y',
    rows: example.points,
    x,
    y,
    fitted: curve,
    residual,
    sigma: [],
    grid: drawn ? x : [],
    curve: drawn ? curve : [],
    lower: [],
    upper: []
  };
  const figure = fitPanel(parent, panel, null, false);
  const where = [
    example.name ? `fit ${example.fit}` : '', example.row === undefined ? '' : `row ${example.row}, column ${example.column}`
  ].filter(Boolean).join(', ');
  const values = parameters.map(([label, value]) => `${label} = ${formatNumber(value)}`).join(', ');
  const words = figure.legend.append('p').attr('class', 'caption');
  words.append('strong').text(example.status);
  words.append('span').text(`, cost ${formatNumber(example.cost)}${where ? `; ${where}` : ''}. ${values}`);
}

function showBatch() {
  const {batch} = JSON.parse(document.getElementById('data').textContent);
  if (batch) {
    drawShares();
    if (batch.iterations) iterationChart(figuresIn('endings'), batch.iterations);
    drawDistributions(batch.parameters);
    drawMaps(batch.maps);
    const holder = batch.worst.length ? figuresIn('worst') : null;
    batch.worst.forEach(example => exampleChart(holder, example));
  }
  makeCopyable();
}
