import { h, number, svg } from '/admin/assets/dom.js';

/** Calls and failures of each cycle, oldest on the left; the same numbers stand in a table for those who don't see it. */
export function cycleChart(cycles) {
  if (cycles.length === 0) {
    return h('p', { class: 'quiet' }, 'No cycle has run yet.');
  }
  const shown = cycles.slice(0, 40).reverse();
  const [width, height, bottom] = [800, 150, 20];
  const most = Math.max(...shown.map((cycle) => cycle.calls), 1);
  const step = width / Math.max(shown.length, 12);
  const tall = (count) => (count === 0 ? 0 : Math.max(2, (count / most) * (height - bottom - 14)));
  const bars = shown.flatMap((cycle, i) => {
    const calls = tall(cycle.calls);
    const failures = tall(cycle.failures);
    const box = (kind, size) => svg('rect', { class: kind, x: i * step + 2, y: height - bottom - size, width: Math.max(2, step - 4), height: size, rx: 2 });
    return [svg('g', {}, svg('title', {}, `${new Date(cycle.start).toLocaleString()}: ${number(cycle.calls)} calls, ${number(cycle.failures)} failures`), box('calls', calls), box('failures', failures))];
  });
  return h('figure', {},
    svg('svg', { class: 'chart', viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: 'none', role: 'img', 'aria-label': `Calls and failures of the last ${shown.length} cycles` },
      svg('line', { x1: 0, y1: height - bottom, x2: width, y2: height - bottom }), bars),
    h('figcaption', { class: 'key' }, h('span', {}, 'Calls'), h('span', { class: 'failures' }, 'Failures'), ` up to ${number(most)} a cycle`));
}
