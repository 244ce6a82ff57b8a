// A parameter over the picture that the fits form.

const mostMapRows = 12;  // and columns, of the table of a map

// Viridis (van der Walt & Smith 2015): its lightness rises evenly, so that it is read without colour, and by everyone
// who sees colours differently. Both ends are cut to stand out from paper, light or dark.
const mapColour = t => d3.rgb(d3.interpolateViridis(0.06 + 0.92 * t));

/** Bytes of a map, row after row: 0 for no value, 1 to 255 from low to high. */
const bytesOf = map => Uint8Array.from(atob(map.cells), c => c.charCodeAt(0));

function valueOf(map, byte) { return byte ? map.low + (byte - 1) / 254 * (map.high - map.low) : null; }

/** A PNG with one pixel for each cell, transparent where there is no value. */
function pictureOf(bytes, across, down) {
  const canvas = document.createElement('canvas');
  canvas.width = across;
  canvas.height = down;
  const context = canvas.getContext('2d'), image = context.createImageData(across, down);
  const colours = d3.range(255).map(k => mapColour(k / 254));
  bytes.forEach((byte, i) => {
    if (!byte) return;
    const {r, g, b} = colours[byte - 1];
    image.data.set([r, g, b, 255], 4 * i);
  });
  context.putImageData(image, 0, 0);
  return canvas.toDataURL('image/png');
}

/** Gives the drawing the height, and where that is not enough the width, that make cells square. */
function fitToPicture(figure, rows, columns) {
  const width = figure.x1 - figure.x0, highest = Math.min(1.1 * width, 560), lowest = 90;
  const wanted = width * rows / columns, height = Math.max(lowest, Math.min(highest, wanted));
  // Of a picture that is far higher than wide, cells are stretched rather than its columns lost.
  if (wanted > highest) figure.box.right += width - Math.max(90, highest * columns / rows);
  figure.height = Math.round(figure.box.top + figure.box.bottom + height);
  figure.svg.attr('viewBox', `0 0 ${figure.width} ${figure.height}`);
}

const wholeTicks = (scale, count) => {
  const whole = ticksOf(scale, count).filter(Number.isInteger);
  return whole.length ? whole : [Math.round((scale.domain()[0] + scale.domain()[1]) / 2)];
};

/** Slanting lines over light grey, which show where the picture is transparent: no colour of the scale is grey. */
function drawNoValue(figure) {
  const {x0, x1, y0, y1} = figure, height = y0 - y1, step = 7;
  figure.marks.append('rect')
      .attr('class', 'missing')
      .attr('x', x0)
      .attr('y', y1)
      .attr('width', x1 - x0)
      .attr('height', height);
  const lines = d3.range(x0 - height, x1, step).map(x => `M${x.toFixed(1)},${y0}l${height},${- height}`);
  figure.marks.append('path').attr('class', 'hatch').attr('d', lines.join(''));
}

/** The scale of colours to the right of the pane. */
function drawColourScale(figure, map) {
  const {x1, y0, y1} = figure, left = x1 + 18, width = 14, id = `${figure.id}-colours`;
  const gradient = figure.svg.select('defs').append('linearGradient').attr('id', id).attr('x2', 0).attr('y1', 1).attr('y2', 0);
  for (const t of d3.range(0, 1.001, 1 / 16))
    gradient.append('stop').attr('offset', t).attr('stop-color', String(mapColour(t)));
  figure.axes.append('rect')
      .attr('x', left)
      .attr('y', y1)
      .attr('width', width)
      .attr('height', y0 - y1)
      .style('fill', `url(#${id})`);
  const scale = d3.scaleLinear().domain([map.low, map.high]).range([y0, y1]);
  const ticks = ticksOf(scale, Math.max(2, Math.floor((y0 - y1) / 40)));
  const axis = figure.axes.append('g')
                   .attr('class', 'axis')
                   .attr('transform', `translate(${left + width},0)`)
                   .call(d3.axisRight(scale).tickValues(ticks).tickFormat(tickLabel(scale, ticks)).tickSizeOuter(0));
  // Where long numbers need more room than the margin has, the picture grows to the right.
  const widest = d3.max(axis.selectAll('.tick text').nodes(), text => text.getComputedTextLength()) || 0;
  const [x, y, whole, height] = figure.svg.attr('viewBox').split(' ').map(Number);
  const needed = Math.ceil(left + width + 9 + widest + 4 - x);
  figure.svg.attr('viewBox', `${x} ${y} ${Math.max(whole, needed)} ${height}`);
}

function mapChart(parent, map, maps) {
  const {rows, columns, block_rows: down, block_columns: right, across} = maps, bytes = bytesOf(map);
  const figure = new Figure(
      parent, {title: map.name, wide: maps.list.length === 1, kind: 'map', margin: {top: 8, right: 84}});
  fitToPicture(figure, rows, columns);
  figure.clear();
  // Ticks stand at the middle of a fit; row 0 is the upper one.
  const x = d3.scaleLinear().domain([-0.5, columns - 0.5]).range([figure.x0, figure.x1]);
  const y = d3.scaleLinear().domain([-0.5, rows - 0.5]).range([figure.y1, figure.y0]);
  const counts = tickCounts(figure);
  drawAxes(figure, x, y, 'column', 'row', {
    xTicks: wholeTicks(x, Math.min(counts.x, Math.max(1, Math.floor((figure.x1 - figure.x0) / 60)))),
    yTicks: wholeTicks(y, Math.min(counts.y, Math.max(2, Math.floor((figure.y0 - figure.y1) / 30))))
  });
  drawNoValue(figure);
  const width = x(across * right - 0.5) - figure.x0, height = y(maps.down * down - 0.5) - figure.y1;
  figure.marks.append('image')
      .attr('href', pictureOf(bytes, across, maps.down))
      // Half a pixel beyond the pane on each side, or the ground would show through pixels that it cuts.
      .attr('x', figure.x0 - 0.5)
      .attr('y', figure.y1 - 0.5)
      .attr('width', width + 1)
      .attr('height', height + 1)
      .attr('preserveAspectRatio', 'none')
      // Cells larger than a pixel keep their edges; of smaller ones pixels are means.
      .attr('image-rendering', width > across ? 'pixelated' : 'auto');
  drawColourScale(figure, map);
  const at = (row, column) => valueOf(map, bytes[Math.floor(row / down) * across + Math.floor(column / right)]);
  const place = (row, column) => down * right > 1 ?
      `rows from ${row - row % down}, columns from ${column - column % right}` :
      `row ${row}, column ${column}`;

  if (map.missing) {
    const list = figure.legend.append('ul').attr('class', 'legend'), item = list.append('li');
    const swatch = item.append('svg').attr('width', 34).attr('height', 14).attr('aria-hidden', 'true');
    swatch.append('rect').attr('class', 'missing').attr('width', 34).attr('height', 14);
    swatch.append('path').attr('class', 'hatch').attr('d', d3.range(0, 21, 7).map(v => `M${v},14l14,-14`).join(''));
    item.append('span').text(`not converged: ${counted(map.missing, 'fit')}`);
  }
  const idle = 'Point at the map to read its values.';
  const output = figure.legend.append('p').attr('class', 'caption reading').text(idle);
  figure.above.append('rect')
      .attr('class', 'pane')
      .attr('x', figure.x0)
      .attr('y', figure.y1)
      .attr('width', figure.x1 - figure.x0)
      .attr('height', figure.y0 - figure.y1)
      .on('mousemove', function() {
        const [column, row] = [x, y].map((scale, k) => Math.round(scale.invert(d3.mouse(this)[k])));
        const inside = row >= 0 && row < rows && column >= 0 && column < columns;
        const value = inside ? at(row, column) : null;
        output.text(inside ? `${place(row, column)}: ${value === null ? 'not converged' : formatNumber(value, 3)}` : idle);
      })
      .on('mouseleave', () => output.text(idle));
  figure.describe(
      `${map.name} over ${counted(rows, 'row')} and ${counted(columns, 'column')} of fits, from ${
          formatNumber(map.low)} (dark) to ${formatNumber(map.high)} (light)` +
      `${map.missing ? `; ${counted(map.missing, 'fit')} did not converge` : ''}.`);
  const some = n => evenly(n, mostMapRows);
  figure.table(
      ['row', 'column', map.name],
      () => some(rows).flatMap(row => some(columns).map(column => {
        const value = at(row, column);
        return [String(row), String(column), value === null ? null : Number(value.toPrecision(3))];
      })),
      () => rows > mostMapRows || columns > mostMapRows ? 'Some rows and columns of the map.' : '');
}

function drawMaps(maps) {
  const holder = maps && figuresIn('maps');
  if (holder) maps.list.forEach(map => mapChart(holder, map, maps));
}
