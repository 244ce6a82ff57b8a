// A classifier: its samples over the regions of its classes, or along one input with their probabilities. Of an l1
// penalty, the weights that it keeps.

function drawClasses(classes) {
  const holder = classes && figuresIn('classes');
  if (!holder) return;
  if (classes.y.length)
    regionChart(holder, classes);
  else
    probabilityChart(holder, classes);
}

/** A bar for each weight that is not zero, the largest first: to the right for positive ones, to the left for others. */
function drawWeights(weights) {
  const holder = weights && figuresIn('weights');
  if (!holder || !weights.names.length) return;
  const {names, values, zero, of} = weights, longest = Math.min(22, d3.max(names, n => n.length));
  const figure = new Figure(holder, {
    title: 'Weights that are not zero',
    kind: 'weights',
    wide: true,
    height: 66 + 22 * names.length,
    margin: {left: 24 + 7.4 * longest, right: 28}
  });
  figure.clear();
  // Room at both ends for the numbers.
  const most = d3.max(values, Math.abs), room = v => v ? v * 1.18 : 0;
  const x = d3.scaleLinear().domain([Math.min(0, room(d3.min(values))), Math.max(0, room(d3.max(values)))])
                .range([figure.x0, figure.x1]);
  const y = d3.scaleBand().domain(d3.range(names.length)).range([figure.y1, figure.y0]).padding(0.3);
  figure.axes.append('g')
      .attr('class', 'axis')
      .attr('transform', `translate(0,${figure.y0})`)
      .call(d3.axisBottom(x).ticks(8).tickFormat(v => formatNumber(v)).tickSizeOuter(0));
  figure.axes.append('text')
      .attr('class', 'label')
      .attr('x', (figure.x0 + figure.x1) / 2)
      .attr('y', figure.height - 8)
      .attr('text-anchor', 'middle')
      .text(weights.standardised ? 'weight of the standardised input' : 'weight');
  const rows = figure.above.selectAll('g')
                   .data(values)
                   .join('g')
                   .attr('class', v => seriesStyle(v > 0 ? 0 : 1).css)
                   .attr('transform', (v, i) => `translate(0,${y(i) + y.bandwidth() / 2})`);
  rows.append('rect')
      .attr('class', 'bar')
      .attr('x', v => Math.min(x(0), x(v)))
      .attr('y', -y.bandwidth() / 2)
      .attr('width', v => Math.max(1, Math.abs(x(v) - x(0))))
      .attr('height', y.bandwidth());
  rows.append('text')
      .attr('class', 'row')
      .attr('x', figure.x0 - 8)
      .attr('text-anchor', 'end')
      .attr('dominant-baseline', 'central')
      .text((v, i) => names[i].length > 22 ? `${names[i].slice(0, 21)}…` : names[i]);
  rows.append('text')
      .attr('x', v => x(v) + (v > 0 ? 6 : -6))
      .attr('text-anchor', v => v > 0 ? 'start' : 'end')
      .attr('dominant-baseline', 'central')
      .text(v => formatNumber(v, 3));
  figure.above.append('line')
      .attr('class', 'zero')
      .attr('x1', x(0))
      .attr('x2', x(0))
      .attr('y1', figure.y0)
      .attr('y2', figure.y1)
      .style('stroke', 'var(--soft)');
  figure.describe(
      `${zero} of ${of} weights are zero; the largest of the others, by size: ${
          enumerated(names.slice(0, 5).map((n, i) => `${n} ${formatNumber(values[i], 3)}`))}; all lie within ±${
          formatNumber(most, 3)}.`);
  figure.table(['input', 'weight'], () => names.map((n, i) => [n, values[i]]));
}

/** A ring around each sample that is not of the class that is predicted. */
function drawWrong(figure, samples, at) {
  figure.marks.selectAll('circle.wrong')
      .data(samples.filter(s => s.truth !== s.predicted))
      .join('circle')
      .attr('class', 'wrong')
      .attr('r', 7)
      .attr('transform', s => `translate(${at(s)})`);
}

function drawSamples(figure, classes, samples, at) {
  classes.forEach((name, k) => {
    figure.marks.append('g')
        .attr('class', `class ${seriesStyle(k).css}`)
        .selectAll('path')
        .data(samples.filter(s => s.truth === k))
        .join('path')
        .attr('class', 'datum')
        .attr('d', markerPath(seriesStyle(k), samples.length > 500 ? 24 : 42))
        .attr('transform', s => `translate(${at(s)})`)
        .append('title')
        .text(s => `${name}${s.predicted === k ? '' : `, predicted as ${classes[s.predicted]}`}`);
  });
}

function samplesOf({x, y, truth, predicted}) {
  return x.map((v, i) => ({x: v, y: y[i], truth: truth[i], predicted: predicted[i]}));
}

function appendClassLegend(figure, classes, samples, line) {
  const count = k => samples.filter(s => s.truth === k).length;
  appendLegend(
      figure, classes.map((name, k) => ({
                            name: `${name} (${count(k)})`,
                            style: {...seriesStyle(k), dash: classes.length === 2 ? null : seriesStyle(k).dash},
                            line: line(k),
                            markCss: 'datum'
                          })));
  const wrong = samples.filter(s => s.truth !== s.predicted).length;
  if (!wrong) return wrong;
  const item = figure.legend.select('ul').append('li');
  item.append('svg')
      .attr('width', 34)
      .attr('height', 14)
      .attr('aria-hidden', 'true')
      .append('circle')
      .attr('class', 'wrong')
      .attr('r', 6)
      .attr('cx', 17)
      .attr('cy', 7);
  item.append('span').text(`predicted as another class (${wrong})`);
  return wrong;
}

const shareOf = (of, n) => n < of ? `${n} of ${of} samples are drawn` : `all ${of} samples are drawn`;

function regionChart(parent, data) {
  const {inputs, held, classes, lower, upper, columns, rows, margin} = data, samples = samplesOf(data);
  const figure = new Figure(
      parent, {title: `Classes over ${inputs[0]} and ${inputs[1]}`, wide: true, aspect: 0.44, kind: 'regions'});
  figure.clear();
  const x = d3.scaleLinear().domain([lower[0], upper[0]]).range([figure.x0, figure.x1]);
  const y = d3.scaleLinear().domain([lower[1], upper[1]]).range([figure.y0, figure.y1]);
  const path = gridPath(x, y, columns, rows), contours = d3.contours().size([columns, rows]).smooth(true);
  classes.forEach((name, k) => {
    figure.marks.append('g')
        .attr('class', seriesStyle(k).css)
        .append('path')
        .attr('class', 'region')
        .attr('d', path(contours.contour(margin[k], 0)));
  });
  drawAxes(figure, x, y, inputs[0], inputs[1]);
  const at = s => `${x(s.x)},${y(s.y)}`;
  drawSamples(figure, classes, samples, at);
  drawWrong(figure, samples, at);
  for (const {k, column, row} of regionLabels(margin, columns, rows))
    figure.marks.append('text')
        .attr('class', 'halo region-name')
        .attr('x', x(lower[0] + (upper[0] - lower[0]) * column / (columns - 1)))
        .attr('y', y(lower[1] + (upper[1] - lower[1]) * row / (rows - 1)))
        .attr('text-anchor', 'middle')
        .text(classes[k]);
  const wrong = appendClassLegend(figure, classes, samples, () => false);
  const rest = held.length ? `, with ${enumerated(held)} at ${held.length > 1 ? 'their means' : 'its mean'}` : '';
  figure.legend.append('p').attr('class', 'caption').text(
      `Shaded: the class that is predicted there${rest}.` +
      (wrong ? ' A ring: the prediction, from all inputs, is another class.' : ''));
  figure.describe(
      `The regions of ${counted(classes.length, 'class').replace('classs', 'classes')} over ${inputs[0]} and ${
          inputs[1]}${rest}; ${shareOf(data.samples, samples.length)}, ${wrong} of them predicted as another class.`);
  figure.table(
      [...inputs, 'class', 'predicted'],
      () => samples.map(s => [s.x, s.y, classes[s.truth], classes[s.predicted]]));
}

/** Where the name of each class stands: inside its region, as far as can be from its border. */
function regionLabels(margin, columns, rows) {
  const stride = 4, nodes = [];
  for (let row = 0; row < rows; row += stride)
    for (let column = 0; column < columns; column += stride) {
      const i = row * columns + column;
      nodes.push({column, row, k: d3.scan(margin, (a, b) => b[i] - a[i])});
    }
  return d3.range(margin.length)
      .map(k => {
        const others = nodes.filter(n => n.k !== k);
        const room = n => Math.min(
            n.column + 1, n.row + 1, columns - n.column, rows - n.row,
            d3.min(others, o => Math.hypot(o.column - n.column, o.row - n.row)) || Infinity);
        const own = nodes.filter(n => n.k === k).map(n => ({...n, room: room(n)}));
        return own.length ? own[d3.scan(own, (a, b) => b.room - a.room)] : null;
      })
      .filter(label => label && label.room >= stride);
}

function probabilityChart(parent, data) {
  const {inputs, classes, grid, probability, band_lower, band_upper, level} = data, samples = samplesOf(data);
  const two = classes.length === 2;
  const title = two ? `Probability of “${classes[1]}” against ${inputs[0]}` : `Probabilities against ${inputs[0]}`;
  const figure = new Figure(parent, {title, wide: true, aspect: 0.42, kind: 'probability'});
  figure.clear();
  const x = d3.scaleLinear().domain(d3.extent(grid)).range([figure.x0, figure.x1]);
  // Room below 0, and of two classes above 1, for the samples.
  const y = d3.scaleLinear().domain(two ? [-0.22, 1.22] : [-0.08 * classes.length - 0.04, 1.04]).range([
    figure.y0, figure.y1
  ]);
  drawAxes(figure, x, y, inputs[0], two ? `probability of “${classes[1]}”` : 'probability', {
    yTicks: [0, 0.25, 0.5, 0.75, 1]
  });
  for (const p of two ? [0, 0.5, 1] : [0, 1])
    figure.marks.append('line')
        .attr('class', 'reference')
        .attr('x1', figure.x0)
        .attr('x2', figure.x1)
        .attr('y1', y(p))
        .attr('y2', y(p));
  const hasBand = band_lower.length > 0;
  if (hasBand)
    figure.marks.append('g')
        .attr('class', seriesStyle(1).css)
        .append('path')
        .attr('class', 'band')
        .attr('d', d3.area().x((v, i) => x(grid[i])).y0((v, i) => y(band_lower[i])).y1((v, i) => y(v))(band_upper));
  probability.forEach((values, k) => {
    if (two && k === 0) return;  // it is 1 less the other
    figure.marks.append('g')
        .attr('class', seriesStyle(k).css)
        .append('path')
        .attr('class', 'line curve')
        .attr('stroke-dasharray', two ? null : seriesStyle(k).dash)
        .attr('d', d3.line().x((v, i) => x(grid[i])).y(v => y(v))(values));
  });
  // Samples of equal input are stacked, away from the curve.
  const stacked = new Map();
  for (const s of samples) {
    const key = `${s.truth} ${s.x}`, before = stacked.get(key) || 0;
    stacked.set(key, before + 1);
    const room = Math.min(before, 4) * 0.04 + 0.04;
    s.level = two ? (s.truth ? 1 + room : -room) : -0.08 * (s.truth + 1);
  }
  const at = s => `${x(s.x)},${y(s.level)}`;
  drawSamples(figure, classes, samples, at);
  drawWrong(figure, samples, at);
  const wrong = appendClassLegend(figure, classes, samples, k => !two || k === 1);
  figure.legend.append('p').attr('class', 'caption').text(
      `Line: the probability${hasBand ? `, with its ${level} confidence band` : ''}. Points: samples, ${
          two ? `“${classes[1]}” above, “${classes[0]}” below` : 'a row for each class'}.`);
  const [first, last] = [probability[classes.length - 1][0], probability[classes.length - 1][grid.length - 1]];
  figure.describe(
      `The probability of “${classes[classes.length - 1]}” goes from ${formatNumber(first, 3)} at ${inputs[0]} = ${
          formatNumber(grid[0])} to ${formatNumber(last, 3)} at ${formatNumber(grid[grid.length - 1])}; ${
          shareOf(data.samples, samples.length)}, ${wrong} of them predicted as another class.`);
  const near = v => Math.min(grid.length - 1, firstAtLeast(grid, v));
  figure.table(
      [inputs[0], 'class', 'predicted', ...classes.map(c => `probability of ${c}`)],
      () => samples.map(
          s => [s.x, classes[s.truth], classes[s.predicted], ...probability.map(values => values[near(s.x)])]));
}

addSectionChart(data => {
  if (!data.regression) return;
  drawClasses(data.regression.classes);
  drawWeights(data.regression.weights);
});
