// Data, the fitted curve and its band, one panel for each data set.

const dataStyle = seriesStyle(0), curveStyle = {
  ...seriesStyle(1),
  dash: null
};
const mostPanelsAtOnce = 6;

function drawFits(fit) {
  const holder = figuresIn('fit');
  if (!holder || !fit) return;
  const {panels, level} = fit;
  if (panels.length <= mostPanelsAtOnce) {
    panels.forEach(panel => fitPanel(holder, panel, level, panels.length === 1));
    return;
  }
  // Of many, one at a time.
  const bar = d3.select('#fit').insert('div', '.figures').attr('class', 'toolbar');
  const show = i => {
    holder.selectAll('*').remove();
    fitPanel(holder, panels[i], level, true);
  };
  appendChoice(bar, 'data set', panels.map((p, i) => ({value: String(i), label: p.name})), '0', v => show(Number(v)));
  show(0);
}

/** Rows as points; without one input, the fitted value takes x's place. */
function rowsOf(panel) {
  const over = panel.x.length > 0 ? panel.x : panel.fitted;
  return panel.y.map((y, i) => ({x: over[i], y, sigma: panel.sigma.length ? panel.sigma[i] : null, i}))
      .filter(p => p.x !== null && p.y !== null);
}

function fitPanel(parent, panel, level, wide) {
  const hasInput = panel.x.length > 0;
  const name = panel.name === 'data' ? panel.response : `${panel.name}: ${panel.response}`;
  const title = hasInput ? `${name} against ${panel.input}` : `${name}, measured against fitted`;
  const figure = new Figure(parent, {title, wide, aspect: wide ? 0.44 : 0.68, kind: 'fit'});
  const rows = rowsOf(panel);
  const curve = panel.grid.map((x, i) => ({x, y: panel.curve[i], lower: panel.lower[i], upper: panel.upper[i]}));
  const hasBand = panel.lower.length > 0;
  const state = {logX: false, logY: false, transform: d3.zoomIdentity};

  const ends = rows.flatMap(p => p.sigma === null ? [p.y] : [p.y - p.sigma, p.y + p.sigma]);
  const xs = rows.map(p => p.x).concat(panel.grid);
  const ys = ends.concat(panel.curve, hasInput ? [] : rows.map(p => p.x));
  const spread = values => d3.min(values) > 0 && d3.max(values) / d3.min(values) > 10;
  if (hasInput && spread(finite(xs)))
    appendToggle(figure.toolbar, 'log x', false, on => {
      state.logX = on;
      reset();
    });
  if (hasInput && spread(finite(ys)))
    appendToggle(figure.toolbar, 'log y', false, on => {
      state.logY = on;
      reset();
    });

  const scale = (log, values, range) => log ? logScale(values, range) : linearScale(values, range);
  // The band may be far wider than the data: then it is cut.
  const bandValues = () => {
    const [low, high] = d3.extent(finite(ys)), air = high - low;
    return panel.lower.concat(panel.upper).filter(v => v !== null && v > low - air && v < high + air);
  };

  function draw() {
    figure.clear();
    const x = state.transform.rescaleX(scale(state.logX, xs, [figure.x0, figure.x1]));
    const y = state.transform.rescaleY(scale(state.logY, ys.concat(bandValues()), [figure.y0, figure.y1]));
    drawAxes(figure, x, y, hasInput ? panel.input : `fitted ${panel.response}`, panel.response);
    const curves = figure.marks.append('g').attr('class', curveStyle.css);
    const shown = p => p.y !== null && (!state.logY || p.y > 0) && (!state.logX || p.x > 0);
    if (hasBand)
      curves.append('path')
          .attr('class', 'band')
          .attr(
              'd',
              d3.area()
                  .defined(p => shown(p) && p.lower !== null && p.upper !== null)
                  .x(p => x(p.x))
                  .y0(p => y(state.logY ? Math.max(p.lower, y.domain()[0] * 1e-3) : p.lower))
                  .y1(p => y(p.upper))(curve));
    if (curve.length)
      curves.append('path')
          .attr('class', 'line curve')
          .attr('d', d3.line().defined(shown).x(p => x(p.x)).y(p => y(p.y))(curve));
    if (!hasInput) {
      const diagonal = d3.extent(xs.concat(ys));
      figure.marks.append('path').attr('class', 'reference').attr('d', d3.line().x(x).y(y)(diagonal));
    }
    drawRows(x, y);
    attachZoom();
  }

  function drawRows(x, y) {
    const g = figure.marks.append('g').attr('class', dataStyle.css);
    const visible = rows.filter(p => (!state.logX || p.x > 0) && (!state.logY || p.y > 0));
    const low = p => y(state.logY ? Math.max(p.y - p.sigma, y.domain()[0] * 1e-3) : p.y - p.sigma);
    const bars = visible.filter(p => p.sigma !== null);
    g.selectAll('.bar-of-error').data(bars).join('path').attr('class', 'bar-of-error').attr('d', p => {
      const cx = x(p.x), top = y(p.y + p.sigma);
      return `M${cx},${low(p)}V${top}M${cx - 3},${top}h6M${cx - 3},${low(p)}h6`;
    });
    g.selectAll('.datum')
        .data(visible)
        .join('circle')
        .attr('class', 'datum')
        .attr('r', rows.length > 300 ? 2.2 : 3.5)
        .attr('cx', p => x(p.x))
        .attr('cy', p => y(p.y))
        .append('title')
        .text(p => `${panel.input || 'fitted'} = ${formatNumber(p.x, 6)}, ${panel.response} = ${formatNumber(p.y, 6)}`);
  }

  // The wheel scrolls the page, and zooms with Ctrl or ⌘; dragging moves the picture once it is larger than its frame.
  const zoom = d3.zoom()
                   .scaleExtent([1, 200])
                   .filter(() => {
                     const e = d3.event;
                     return e.type === 'wheel' ? e.ctrlKey || e.metaKey :
                                                 e.type === 'dblclick' || (!e.button && state.transform.k > 1);
                   })
                   .on('zoom', () => {
                     state.transform = d3.event.transform;
                     draw();
                   });
  function attachZoom() {
    zoom.extent([[figure.x0, figure.y1], [figure.x1, figure.y0]]).translateExtent([
      [figure.x0, figure.y1], [figure.x1, figure.y0]
    ]);
    figure.svg.classed('zoomable', state.transform.k > 1).call(zoom);
  }
  function reset() {
    figure.svg.call(zoom.transform, d3.zoomIdentity);
    draw();
  }
  const buttons = figure.toolbar.append('span');
  appendButton(buttons, '−', 'Zoom out', () => figure.svg.call(zoom.scaleBy, 1 / 1.6));
  appendButton(
      buttons, '+', 'Zoom in (also Ctrl and wheel, or double click)', () => figure.svg.call(zoom.scaleBy, 1.6));
  appendButton(buttons, 'Reset', 'Show everything', reset);

  const entries = [{
    name: panel.sigma.length ? 'data ± σ' : 'data',
    style: {...dataStyle, symbol: d3.symbolCircle},
    line: false,
    markCss: 'datum'
  }];
  if (curve.length) entries.push({name: 'fitted', style: curveStyle, mark: false});
  if (hasBand) entries.push({name: `${level} confidence band`, style: curveStyle, line: false, mark: false, band: true});
  appendLegend(figure, entries);
  draw();
  describeFit(figure, panel, rows, hasBand ? level : null);
  return figure;
}

function describeFit(figure, panel, rows, level) {
  const range = values => {
    const [a, b] = d3.extent(finite(values));
    return `${formatNumber(a)} to ${formatNumber(b)}`;
  };
  const thinned = panel.rows > rows.length ? ` (${rows.length} of ${panel.rows} are drawn)` : '';
  const largest = d3.max(finite(panel.residual), Math.abs);
  figure.describe(
      `${counted(panel.rows, 'row')}${thinned}, ${panel.response} from ${range(panel.y)}` +
      (panel.x.length ? ` for ${panel.input} from ${range(panel.x)}` : '') +
      `; the fitted values go from ${range(panel.fitted)}, the largest residual is ${formatNumber(largest)}` +
      `${panel.sigma.length ? ' σ' : ''}${level ? `; with the ${level} confidence band of the curve` : ''}.`);
  if (thinned)
    figure.legend.append('p')
        .attr('class', 'caption')
        .text(`Drawn: ${rows.length} of ${panel.rows} rows, the largest residuals among them.`);
  const inputs = panel.x.length ? [panel.input] : [];
  figure.table(
      [...inputs, panel.response, ...(panel.sigma.length ? ['σ'] : []), 'fitted', 'residual',
       ...(level ? [`${level} band: lower`, 'upper'] : [])],
      () => panel.y.map(
          (y, i) =>
              [...(panel.x.length ? [panel.x[i]] : []), y, ...(panel.sigma.length ? [panel.sigma[i]] : []),
               panel.fitted[i], panel.residual[i], ...(level ? bandAt(panel, panel.x[i], panel.fitted[i]) : [])]),
      () => panel.rows > panel.y.length ? `${panel.y.length} of ${panel.rows} rows.` : '');
}

/**
 * Both ends of the band at x. Its half-widths are interpolated between the points at which the curve is drawn, to four
 * digits: the fitted value is not.
 */
function bandAt({grid, curve, lower, upper}, x, fitted) {
  if (x === null || fitted === null) return [null, null];
  const i = Math.max(1, Math.min(grid.length - 1, firstAtLeast(grid, x)));
  const part = (x - grid[i - 1]) / (grid[i] - grid[i - 1]);
  const half = ends => {
    const [a, b] = [i - 1, i].map(k => ends[k] === null || curve[k] === null ? null : ends[k] - curve[k]);
    return a === null || b === null ? null : fitted + Number((a + part * (b - a)).toPrecision(4));
  };
  return [half(lower), half(upper)];
}
