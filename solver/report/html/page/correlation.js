// Correlations of the parameters as a map: the colour tells the size, numbers or strokes the sign.

const mostNumbers = 12;  // parameters, of a map with numbers in its cells

function drawCorrelation(data) {
  const holder = data && figuresIn('parameters');
  if (!holder) return;
  const p = data.names.length, numbers = p <= mostNumbers;
  const longest = Math.min(22, d3.max(data.names, n => n.length));
  const margin = {
    left: 16 + 7.2 * longest,
    top: p > 1 && longest > 5 ? 18 + 5.4 * longest : 28,
    right: longest > 5 ? 5.4 * longest : 24,
    bottom: 12
  };
  const figure = new Figure(
      holder,
      {title: 'Correlations of the parameters', wide: p > 8, aspect: p > 8 ? 0.7 : 0.8, margin, kind: 'correlation'});
  figure.clear();
  const side = Math.min(56, (figure.x1 - figure.x0) / p, p > 8 ? 1e9 : (figure.y0 - figure.y1) / p);
  figure.height = Math.ceil(figure.y1 + side * p + 12);
  figure.svg.attr('viewBox', `0 0 ${figure.width} ${figure.height}`).style('max-width', `${figure.width}px`);
  const short = n => n.length > 22 ? `${n.slice(0, 21)}…` : n;
  const cells = data.matrix.flatMap((row, i) => row.map((value, j) => ({i, j, value})));
  const g = figure.above.selectAll('g')
                .data(cells)
                .join('g')
                .attr('class', 'cell')
                .attr('transform', c => `translate(${figure.x0 + c.j * side},${figure.y1 + c.i * side})`);
  g.append('rect')
      .attr('width', side - 1)
      .attr('height', side - 1)
      .attr('rx', side > 20 ? 3 : 0)
      .style('fill', c => c.i === c.j ? 'var(--raised)' : cellColour(c.value));
  g.append('title').text(
      c => `${data.names[c.i]}, ${data.names[c.j]}: ${
          c.value === null ? 'undetermined' : c.value.toFixed(4).replace('-', '−')}`);
  if (numbers)
    g.append('text')
        .attr('class', 'cell-text')
        .attr('x', side / 2)
        .attr('y', side / 2)
        .style('font-size', c => `${cellSize(cellText(c.value), side)}px`)
        .text(c => cellText(c.value));
  else  // rising strokes for positive, falling ones for negative correlations
    g.filter(c => c.i !== c.j && Math.abs(c.value) >= 0.3)
        .append('path')
        .attr('class', 'minimum')
        .style('stroke-width', Math.min(1.5, side / 8))
        .attr(
            'd',
            c => c.value > 0 ? `M${side * 0.3},${side * 0.7}L${side * 0.7},${side * 0.3}` :
                               `M${side * 0.3},${side * 0.3}L${side * 0.7},${side * 0.7}`);
  const size = Math.min(12, Math.max(7, side * 0.8));
  figure.axes.selectAll('.row')
      .data(data.names)
      .join('text')
      .attr('class', 'row label')
      .style('font-size', `${size}px`)
      .attr('x', figure.x0 - 8)
      .attr('y', (n, i) => figure.y1 + (i + 0.5) * side)
      .attr('text-anchor', 'end')
      .attr('dominant-baseline', 'central')
      .text(short);
  const slanted = d3.max(data.names, n => short(n).length) * 0.62 * size > side;
  figure.axes.selectAll('.column')
      .data(data.names)
      .join('text')
      .attr('class', 'column label')
      .style('font-size', `${size}px`)
      .attr(
          'transform',
          (n, i) => `translate(${figure.x0 + (i + 0.5) * side},${figure.y1 - 8})${slanted ? ' rotate(-45)' : ''}`)
      .attr('text-anchor', slanted ? 'start' : 'middle')
      .text(short);
  if (data.of > p)
    figure.legend.append('p')
        .attr('class', 'caption')
        .text(`The ${p} of ${data.of} parameters that correlate most strongly.`);
  figure.legend.append('p')
      .attr('class', 'caption')
      .text(
          numbers ?
              'Blue is negative, orange positive, the background none.' :
              'Blue with falling strokes is negative, orange with rising strokes positive, the background none.');
  describeCorrelation(figure, data);
}

/** Mixed from the background, so that it fits light and dark. */
function cellColour(value) {
  if (value === null) return 'transparent';
  return `color-mix(in srgb, var(${value < 0 ? '--negative' : '--positive'}) ${
      Math.round(70 * Math.min(1, Math.abs(value)))}%, var(--paper))`;
}

/** What fits into a cell: a digit is 0.6 of its height wide. */
function cellSize(text, side) { return Math.min(12.5, side * 0.3, (side - 6) / (0.6 * text.length)); }

/** 1.00 would claim more than there is. */
function cellText(value) {
  if (value === null) return '?';
  if (value === 1) return '1';
  const digits = Math.abs(value) > 0.995 ? 4 : 2;
  const text = value.toFixed(digits);
  if (Number(text) === 0) return '0.00';
  return (Math.abs(Number(text)) === 1 ? `${value < 0 ? '-' : ''}${(0.9999).toFixed(4)}` : text).replace('-', '−');
}

function describeCorrelation(figure, data) {
  const pairs = [];
  data.matrix.forEach((row, i) => row.forEach((value, j) => {
    if (j > i && value !== null) pairs.push({i, j, value});
  }));
  pairs.sort((a, b) => Math.abs(b.value) - Math.abs(a.value));
  const words = pairs.slice(0, 3).map(p => `${data.names[p.i]} and ${data.names[p.j]} ${formatNumber(p.value, 3)}`);
  figure.describe(`Correlations of ${counted(data.names.length, 'parameter')}; the strongest: ${enumerated(words)}.`);
  figure.table(
      ['parameter', 'parameter', 'correlation'], () => pairs.map(p => [data.names[p.i], data.names[p.j], p.value]));
}
