// Switches, choices and players, all of them the browser's own controls: keyboards and screen readers know them.

let controlCount = 0;

/** One of a few: `options` are {value, label}. Returns a function that sets the value from outside. */
function appendSwitch(parent, name, options, value, changed) {
  const group = `switch-${++controlCount}`;
  const set = parent.append('fieldset').attr('class', 'switch');
  set.append('legend').text(name);
  const inputs = options.map(option => {
    const label = set.append('label');
    const input = label.append('input')
                      .attr('type', 'radio')
                      .attr('name', group)
                      .attr('value', option.value)
                      .property('checked', option.value === value)
                      .on('change', () => changed(option.value));
    label.append('span').text(option.label);
    return input;
  });
  return v => inputs.forEach(input => input.property('checked', input.attr('value') === v));
}

/** On or off, looking like a switch of one. */
function appendToggle(parent, name, on, changed) {
  const label = parent.append('span').attr('class', 'switch').append('label');
  const input = label.append('input')
                    .attr('type', 'checkbox')
                    .property('checked', on)
                    .on('change', () => changed(input.property('checked')));
  label.append('span').text(name);
}

/** One of many, by a drop-down list. */
function appendChoice(parent, name, options, value, changed) {
  const label = parent.append('label').text(`${name} `);
  const select = label.append('select').on('change', () => changed(select.property('value')));
  for (const option of options) select.append('option').attr('value', option.value).text(option.label);
  select.property('value', value);
  return v => select.property('value', v);
}

function appendButton(parent, text, title, pressed) {
  return parent.append('button').attr('type', 'button').attr('title', title).text(text).on('click', pressed);
}

/**
 * A slider from 0 to 1 with a button that plays it in `seconds`. `moved` gets the position and returns what to show.
 */
function appendPlayer(parent, {name, position, seconds, moved}) {
  const player = parent.append('div').attr('class', 'player');
  const button = appendButton(player, '▶ Play', `Play: ${name}`, () => timer ? stop() : play());
  const slider = player.append('input')
                     .attr('type', 'range')
                     .attr('min', 0)
                     .attr('max', 1000)
                     .attr('step', 1)
                     .attr('aria-label', name)
                     .on('input', () => {
                       stop();
                       show(slider.property('valueAsNumber') / 1000);
                     });
  const output = player.append('output');
  let timer = null, at = position;
  function show(p) {
    at = p;
    slider.property('value', Math.round(1000 * p));
    const text = moved(p);
    output.text(text);
    slider.attr('aria-valuetext', text);
  }
  function stop() {
    if (timer) timer.stop();
    timer = null;
    button.text('▶ Play');
  }
  function play() {
    const from = at >= 1 ? 0 : at;
    button.text('❚❚ Pause');
    timer = d3.timer(elapsed => {
      show(Math.min(1, from + elapsed / (1000 * seconds)));
      if (at >= 1) stop();
    });
  }
  show(position);
  return {refresh: () => show(at)};
}

/** A button that copies the block beside it; where the clipboard is out of reach, it is selected instead. */
function makeCopyable() {
  const block = document.getElementById('provenance');
  if (!block) return;
  const button = appendButton(d3.select(block.parentNode), 'Copy', 'Copy this block', () => {
    const selectBlock = () => window.getSelection().selectAllChildren(block);
    if (!navigator.clipboard) return selectBlock();
    navigator.clipboard.writeText(block.textContent).then(() => button.text('Copied'), selectBlock);
  });
}
