// Looks at the page that was drawn, uses its controls, and leaves the verdict in data-self-check of <html>.
(async () => {
  const data = JSON.parse(document.getElementById('data').textContent);
  const failures = [];
  const check = (holds, words) => {
    if (!holds) failures.push(words);
  };
  const equal = (is, should, words) => check(is === should, `${words}: ${is}, should be ${should}`);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const chart = kind => document.querySelector(`figure[data-chart="${kind}"]`);
  const drawn = values => (values || []).filter(v => v !== null).length;
  const pause = milliseconds => new Promise(done => setTimeout(done, milliseconds));
  // A turn of the event loop, in which no (virtual) time passes: images load in real time.
  const turn = () => new Promise(done => {
    const channel = new MessageChannel();
    channel.port1.onmessage = done;
    channel.port2.postMessage(0);
  });
  const pathLength = path => (path.getAttribute('d') || '').length;
  const use = (element, event) => element.dispatchEvent(new Event(event, {bubbles: true}));
  const button = (figure, text) => all('button', figure).find(b => b.textContent === text);

  function everyFigure() {
    for (const figure of all('figure')) {
      const name = figure.dataset.chart, svg = figure.querySelector('.canvas svg');
      equal(svg.getAttribute('role'), 'img', `role of ${name}`);
      check((svg.getAttribute('aria-label') || '').length > 40, `${name} has a sentence for those who do not see it`);
      equal(svg.querySelector('desc').textContent.length > 20, true, `description of ${name}`);
      // Pictures within are base64, which may hold any word.
      check(!/NaN|undefined|Infinity/.test(svg.outerHTML.replace(/"data:[^"]*"/g, '')), `${name} draws numbers only`);
      check(!/NaN|undefined|Infinity/.test(svg.getAttribute('aria-label')), `${name} says numbers only`);
      const frame = svg.getBoundingClientRect();
      for (const text of all('text', svg)) {
        const box = text.getBoundingClientRect();
        check(
            box.left >= frame.left - 1 && box.right <= frame.right + 1 && box.top >= frame.top - 1 &&
                box.bottom <= frame.bottom + 1,
            `'${text.textContent}' of ${name} lies within its drawing`);
      }
    }
  }

  function ticksApart() {
    for (const axis of all('.axis')) {
      const boxes = all('.tick text', axis).map(t => t.getBoundingClientRect());
      for (let i = 0; i < boxes.length; ++i)
        for (let j = i + 1; j < boxes.length; ++j) {
          const [a, b] = [boxes[i], boxes[j]];
          check(
              a.right <= b.left || b.right <= a.left || a.bottom <= b.top + 3 || b.bottom <= a.top + 3,
              `tick labels apart in ${axis.closest('figure').dataset.chart}`);
        }
    }
  }

  function labelsApart() {
    for (const figure of all('figure')) {
      const numbers = all('.axis .tick text', figure).map(t => t.getBoundingClientRect());
      for (const label of all('text.label:not(.row):not(.column)', figure)) {
        const a = label.getBoundingClientRect();
        check(
            numbers.every(
                b => a.right <= b.left + 1 || b.right <= a.left + 1 || a.bottom <= b.top + 3 || b.bottom <= a.top + 3),
            `'${label.textContent}' of ${figure.dataset.chart} is apart from the numbers`);
      }
    }
  }

  async function tables() {
    for (const details of all('figure details')) {
      details.open = true;
      await pause(20);
      check(details.querySelectorAll('tbody tr').length > 0, `table of ${details.closest('figure').dataset.chart}`);
      check(
          !/NaN|undefined/.test(details.textContent),
          `table of ${details.closest('figure').dataset.chart} holds numbers`);
      details.open = false;
    }
  }

  async function saves() {
    for (const figure of all('figure')) {
      const name = figure.dataset.chart, before = savedFiles.length;
      button(figure, 'SVG').click();
      button(figure, 'PNG').click();
      for (let i = 0; i < 200000 && savedFiles.length < before + 2; ++i) await turn();
      const files = savedFiles.slice(before);
      const svg = files.find(f => f.name.endsWith('.svg')), png = files.find(f => f.name.endsWith('.png'));
      check(svg && png, `${name} is saved twice`);
      if (!svg || !png) continue;
      const text = new TextDecoder().decode(svg.bytes);
      const parsed = new DOMParser().parseFromString(text, 'image/svg+xml');
      equal(parsed.documentElement.nodeName, 'svg', `root of the SVG of ${name}`);
      check(!/var\(|class=|style=/.test(text), `the SVG of ${name} needs no style sheet`);
      equal(parsed.querySelectorAll('path').length >= all('.canvas path', figure).length, true, `paths of ${name}`);
      equal([...png.bytes.slice(1, 4)].map(c => String.fromCharCode(c)).join(''), 'PNG', `signature of ${name}`);
      check(png.bytes.length > 1000, `the PNG of ${name} holds a picture`);
    }
  }

  async function fits() {
    const figures = all('figure[data-chart="fit"]');
    equal(figures.length, data.fit.panels.length <= 6 ? data.fit.panels.length : 1, 'panels');
    for (const [i, figure] of figures.entries()) {
      const panel = data.fit.panels[i];
      equal(all('circle.datum', figure.querySelector('.canvas')).length, drawn(panel.y), `rows of ${panel.name}`);
      equal(all('.bar-of-error', figure).length, panel.sigma.length, `error bars of ${panel.name}`);
      equal(
          all('path.band', figure.querySelector('.canvas')).length, panel.lower.length ? 1 : 0,
          `band of ${panel.name}`);
      const line = () => figure.querySelector('path.curve, path.reference').getAttribute('d');
      const before = line();
      button(figure, '+').click();
      await pause(50);
      check(line() !== before, 'zooming changes the curve');
      button(figure, 'Reset').click();
      await pause(50);
      equal(line(), before, 'reset restores the curve');
    }
    if (data.fit.panels.length > 6) {
      const choice = document.querySelector('#fit select'), before = chart('fit').querySelector('h3').textContent;
      choice.value = '3';
      use(choice, 'change');
      check(chart('fit').querySelector('h3').textContent !== before, 'another data set is shown');
    }
    const rows = data.fit.panels.reduce((n, p) => n + drawn(p.residual), 0);
    equal(all('.canvas .datum', chart('residuals')).length, rows, 'residuals');
    equal(all('circle.datum', chart('quantiles')).length, data.fit.quantiles.normal.length, 'quantiles');
  }

  function reportCharts() {
    const {trace, correlation, minima, profile} = data;
    if (correlation) {
      equal(all('.cell', chart('correlation')).length, correlation.names.length ** 2, 'cells');
      equal(
          all('.cell text', chart('correlation')).length,
          correlation.names.length <= 12 ? correlation.names.length ** 2 : 0, 'numbers in cells');
    }
    equal(
        all('.canvas .bar', chart('minima') || document.createElement('p')).length, minima ? minima.length : 0,
        'bars of minima');
    equal(
        all('.interval', chart('profile') || document.createElement('p')).length, profile ? profile.length : 0,
        'intervals');
    const rejected = trace.accepted.filter(a => a === 0).length;
    equal(all('.canvas .mark', chart('convergence')).length, trace.cost.length, 'records');
    equal(all('.canvas .rejected', chart('convergence')).length, Math.min(rejected, mostCrosses), 'rejected trials');
    const varies = values => new Set((values || []).filter(v => v !== null)).size > 1;
    equal(!!chart('damping'), varies(trace.damping), 'a chart where there is a damping');
    if (chart('damping'))
      equal(
          all('.canvas .rejected', chart('damping')).length,
          Math.min(mostCrosses, trace.damping.filter((d, i) => d > 0 && trace.accepted[i] === 0).length),
          'rejected trials of the damping');
    for (const kind of ['damping', 'gradient_norm', 'gain_ratio', 'rate'])
      check(chart(kind) || !varies(trace[kind]), `chart of ${kind}`);
  }

  function bundle() {
    const {errors} = data.bundle, histogram = chart('errors');
    for (const when of ['before', 'after']) {
      const view = data.bundle[when], scene = chart(`scene-${when}`);
      equal(all('.canvas .camera', scene).length, view.cameras.x.length, `cameras ${when}`);
      equal(all('.canvas .point', scene).length, view.points.x.length, `points ${when}`);
      const turns = new Set(all('.canvas .camera', scene).map(c => c.getAttribute('transform').replace(/.*rotate/, '')));
      check(turns.size > 1, 'cameras look to where they look');
    }
    const ticks = when => all('.axis .tick text', chart(`scene-${when}`)).map(t => t.textContent).join();
    equal(ticks('before'), ticks('after'), 'one window before and after');
    equal(all('.canvas .bar', histogram).length, errors.after.filter(n => n > 0).length, 'bars of the histogram');
    equal(all('.canvas path.before', histogram).length, 1, 'outline of the histogram before');
    check(histogram.querySelector('path.before').getAttribute('stroke-dasharray'), 'before and after differ without colour');
    const total = counts => counts.reduce((a, b) => a + b, 0);
    equal(total(errors.before), data.bundle.observations, 'observations before');
    equal(total(errors.after), data.bundle.observations, 'observations after');
    check(all('#largest tbody tr').length === Math.min(15, data.bundle.observations), 'rows of the largest errors');
    const shown = all('#largest tbody tr').map(row => Number(row.lastElementChild.textContent));
    check(shown.every((v, i) => i === 0 || v <= shown[i - 1]), 'largest errors first');
  }

  function poseGraph() {
    const graph = data.pose_graph;
    equal(graph.stages.map(s => s.key).join(), 'file,chordal,solution', 'stages of the graph');
    for (const stage of graph.stages) {
      const figure = chart(`graph-${stage.key}`);
      const path = css => figure.querySelector(`.canvas path.${css}`).getAttribute('d');
      equal(path('way').match(/[ML]/g).length, stage.x.length, 'poses on the way');
      equal(path('way').match(/M/g).length, graph.linked.filter(l => !l).length, 'pieces of the way');
      equal((path('closures').match(/M/g) || []).length, stage.closures.length, 'other edges');
      check(figure.querySelector('path.closures').getAttribute('stroke-dasharray'), 'edges differ without colour');
    }
  }

  function classifier() {
    const c = data.regression.classes, figure = chart(c.y.length ? 'regions' : 'probability');
    equal(all('.canvas .class .datum', figure).length, c.x.length, 'samples of the classifier');
    const wrong = c.truth.filter((k, i) => k !== c.predicted[i]).length;
    equal(all('.canvas .wrong', figure).length, wrong, 'rings');
    equal(all('.legend li', figure).length, c.classes.length + (wrong > 0 ? 1 : 0), 'entries of the legend');
    const shapes = new Set(all('.canvas .class', figure).map(g => g.querySelector('.datum').getAttribute('d')));
    equal(shapes.size, c.classes.length, 'classes differ without colour');
    if (c.y.length) {
      equal(all('.canvas .region', figure).length, c.classes.length, 'regions');
      equal(new Set(all('.canvas .region-name', figure).map(t => t.textContent)).size, c.classes.length, 'their names');
      return;
    }
    equal(all('.canvas .curve', figure).length, c.classes.length === 2 ? 1 : c.classes.length, 'probabilities');
    equal(all('.canvas .band', figure).length, c.band_lower.length ? 1 : 0, 'band of the probability');
    const inPane = figure.querySelector('clipPath rect').getBBox();
    check(all('.canvas .datum', figure).every(d => {
      const at = d.transform.baseVal[0].matrix;
      return at.f > inPane.y && at.f < inPane.y + inPane.height;
    }), 'samples lie in the drawing');
  }

  async function switches(figure) {
    const labels = new Set(), lines = new Set();
    for (const input of all('.switch input', figure)) {
      input.click();
      await pause(10);
      labels.add(figure.querySelector('svg .label').textContent);
      lines.add(figure.querySelector('path.line').getAttribute('d'));
      check(!/NaN|undefined/.test(figure.querySelector('.canvas').innerHTML), 'numbers only after a switch');
    }
    check(labels.size >= 3, `the axis follows the switch: ${[...labels].join(', ')}`);
    check(lines.size >= 4, 'the line follows the switch');
  }

  async function landscape() {
    const figure = chart('landscape'), methods = data.problem.methods.filter(m => m.runs.length);
    check(all('.contour', figure).length >= 10, 'contours');
    equal(
        all('.paths > g', figure).length, methods.length > mostAtFirst ? shownOfMany : methods.length,
        'paths at first');
    for (const box of all('.toggles input', figure))
      if (!box.checked) box.click();
    equal(all('.paths > g', figure).length, methods.length, 'paths');
    const heads = all('.paths path.head', figure), place = head => head.getAttribute('transform');
    const outline = head => d3.range(60).map(k => head.getPointAtLength(k / 60 * head.getTotalLength()));
    heads.forEach((head, i) => {
      const above = heads.slice(i + 1).filter(other => place(other) === place(head));
      check(
          outline(head).some(p => above.every(other => !other.isPointInFill(p))),
          'of heads at one place each shows beside those above it');
    });
    const wide = all('.paths g:not(.noisy) > path.line', figure).map(p => parseFloat(getComputedStyle(p).strokeWidth));
    check(wide.every((w, i) => i === 0 || w < wide[i - 1]), `lower paths are wider: ${wide}`);
    const frame = figure.querySelector('clipPath rect').getBBox();
    for (const arrow of all('.paths path.crossing', figure)) {
      const {e, f} = arrow.transform.baseVal[0].matrix;
      const away = Math.min(e - frame.x, frame.x + frame.width - e, f - frame.y, frame.y + frame.height - f);
      check(Math.abs(away) < 0.01, 'arrows stand at the edge of the map');
    }
    const reached = methods.filter(m => m.runs.some(r => r.start === 1 && r.reached && r.evaluations !== null));
    equal(all('.canvas .reached', chart('convergence')).length, reached.length, 'rings of methods that reached the target');
    equal(
        new Set(all('.paths path.line', figure).map(p => p.getAttribute('stroke-dasharray'))).size,
        Math.min(8, methods.length), 'dash patterns');
    equal(all('.canvas path.minimum', figure).length, data.problem.landscape.minima.length, 'minima');
    equal(all('.canvas circle.origin', figure).length, 1, 'start');
    const slider = figure.querySelector('input[type=range]');
    for (const clock of ['evaluations', 'fraction']) {
      figure.querySelector(`.switch input[value=${clock}]`).click();
      let before = null;
      for (const position of [0, 300, 1000]) {
        slider.value = position;
        use(slider, 'input');
        await pause(10);
        const lengths = all('.paths path.line', figure).map(pathLength);
        if (before)
          check(
              lengths.every((l, i) => l >= before[i]) && lengths.some((l, i) => l > before[i]),
              `paths grow with the slider (${clock}, ${position})`);
        before = lengths;
      }
    }
    slider.value = 0;
    use(slider, 'input');
    button(figure, '▶ Play').click();
    await pause(1500);
    check(Number(slider.value) > 0, 'playing moves the slider');
    use(slider, 'input');
    const first = all('.paths path.line', figure)[0].getAttribute('d');
    const choice = figure.querySelector('select');
    choice.value = '2';
    use(choice, 'change');
    slider.value = 1000;
    use(slider, 'input');
    check(all('.paths path.line', figure)[0].getAttribute('d') !== first, 'another start, another path');
    equal(chart('convergence').querySelector('select').value, '2', 'start of the other chart');
    const screen = figure.querySelector('.canvas').getBoundingClientRect();
    check(screen.bottom + scrollY <= 800, `the map is on the first screen: it ends at ${screen.bottom + scrollY}`);
    const lengths = all('.paths path.line', figure).map(p => p.getTotalLength());
    check(lengths.every((l, i) => i === 0 || l <= 1.01 * lengths[i - 1] + 1), `longer paths lie below: ${lengths}`);
    const alone = figure.querySelectorAll('.toggles .alone')[1];
    alone.click();
    equal(all('.paths > g', figure).length, 1, 'a name shows its path alone');
    equal(figure.querySelector('.paths > g').dataset.series, alone.textContent, 'it is the path of that name');
    equal(alone.getAttribute('aria-pressed'), 'true', 'the name says that it is alone');
    alone.click();
    equal(all('.paths > g', figure).length, methods.length, 'and shows all again');
    equal(all('.toggles .result', figure).filter(r => r.textContent).length, methods.length, 'what each method needed');
    const box = figure.querySelector('.toggles input');
    box.click();
    equal(all('.paths > g', figure).length, methods.length - 1, 'paths after hiding one');
    equal(all('.canvas .series', chart('convergence')).length, methods.length - 1, 'lines after hiding one');
    equal(chart('convergence').querySelector('.toggles input').checked, false, 'the other legend follows');
    box.click();
    equal(all('.canvas .series', chart('convergence')).length, methods.length, 'lines after showing it again');
  }

  async function performanceProfiles() {
    const figure = chart('performance');
    equal(all('.canvas .series', figure).length, data.methods.length, 'profiles');
    equal(
        new Set(all('.canvas .series', figure).map(g => g.getAttribute('class'))).size, data.methods.length, 'colours');
    const before = figure.querySelector('path.line').getAttribute('d');
    figure.querySelector('.switch input[value=seconds]').click();
    check(figure.querySelector('path.line').getAttribute('d') !== before, 'time differs from evaluations');
    equal(
        all('.matrix tbody tr').length > 0 && all('.matrix tbody td').every(td => td.textContent !== ''), true,
        'marks in the matrix');
  }

  function models() {
    const figure = chart('models'), count = data.models.length;
    equal(all('.canvas .series', figure).length, count, 'curves');
    equal(all('.canvas circle.datum', figure).length, data.models[0].y.length, 'rows of the models');
    equal(new Set(all('.canvas .curve', figure).map(p => p.getAttribute('stroke-dasharray'))).size, count, 'dashes');
    equal(all('.canvas .datum', chart('residuals')).length, count * data.models[0].y.length, 'residuals of the models');
    const box = figure.querySelector('.toggles input');
    box.click();
    equal(all('.canvas .series', figure).length, count - 1, 'curves after hiding one');
    box.click();
    equal(all('#models tbody tr').length >= count, true, 'rows of the table of models');
  }

  try {
    check(document.querySelector('h1').children.length === 0, 'the title is text');
    everyFigure();
    ticksApart();
    labelsApart();
    await tables();
    await saves();
    if (data.fit) await fits();
    if (data.models) models();
    if (data.batch) await checkBatch(data.batch, {check, equal, all, chart});
    if (data.bundle) bundle();
    if (data.pose_graph) poseGraph();
    if (data.regression && data.regression.classes) classifier();
    if (data.regression && data.regression.weights)
      equal(
          all('.canvas .bar', chart('weights')).length, data.regression.weights.names.length,
          'bars of the weights that are not zero');
    checkColours(check);
    if (data.trace && data.trace.cost && data.trace.cost.length > 1) {
      reportCharts();
      await switches(chart('convergence'));
    }
    if (data.problem) {
      await switches(chart('convergence'));
      await landscape();
    }
    if (data.performance) await performanceProfiles();
    everyFigure();
    equal(performance.getEntriesByType('resource').length, 0, 'requests');
    check(all('[src], link, img, iframe, [href]:not([href^="data:"])').length === 0, 'nothing refers outside');
    const dark = getComputedStyle(document.body).backgroundColor;
    document.documentElement.dataset.scheme =
        matchMedia('(prefers-color-scheme: dark)').matches ? `dark ${dark}` : `light ${dark}`;
  } catch (e) {
    failures.push(`${e} ${e.stack}`);
  }
  document.documentElement.dataset.selfCheck =
      [...pageErrors, ...failures].slice(0, 8).join(' | ').replace(/\s+/g, ' ') || 'passed';
})();
