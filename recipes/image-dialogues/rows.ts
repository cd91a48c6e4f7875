/** A row of `images.json`. All names, numbers and addresses in it are invented. */
export type ImageRow = { image_path: string; caption: string | null; title?: string; body_text?: string };

const of = (
  picture: string,
  caption: string | null,
  article: { title?: string; body_text?: string } = {},
): ImageRow => ({
  image_path: `sample/pictures/${picture}.png`,
  caption,
  ...article,
});

/** Captions as people write them: some with personal data, some empty, one unknown; some with the article around them. */
export const ROWS: ImageRow[] = [
  of('bicycle-by-wall', 'For sale: red bicycle, hardly used. Call Mirela on 555-0142.', {
    title: 'Ten things to check on a used bicycle',
    body_text: 'Turn the pedals, squeeze the brakes, look along the rim. A frame that was bent shows it in the paint.',
  }),
  of('bookshelf-with-cat', 'Our cat Biscuit between the novels (photo: O. Lindqvist)'),
  of('bread-on-board', 'Sourdough, second try. Recipe on request: baker@example.org', {
    title: 'Why bread needs time',
    body_text: 'A dough that rests overnight in the cold tastes of more than flour.',
  }),
  of('bus-stop-in-rain', 'Two people wait for the yellow bus in the rain.', {
    title: 'New timetable from Monday',
    body_text: 'Line 4 runs every twelve minutes in the morning and stops at the market again.',
  }),
  of('campfire-and-tent', 'First night out, the stars were worth the cold feet.'),
  of('empty-grey', ''),
  of('garden-with-tomatoes', 'Tomatoes behind number 17, Linden Lane, planted by Mr Okafor', {
    title: 'Watering in a dry July',
    body_text: 'Water early and at the root. Leaves that stay wet overnight invite blight.',
  }),
  of('kitchen-table', ''),
  of('lighthouse-at-dusk', 'The lighthouse was switched on a little early that evening.', {
    title: 'How much a mortgage costs',
    body_text: 'A point more in interest adds a fifth to the monthly rate over thirty years.',
  }),
  of('market-stall', 'Saturday at the stall of the Petrov family, ask for Anna'),
  of('park-bench-autumn', null),
  of('red-train-on-bridge', 'The 9:40 to the coast crosses the valley.', {
    title: 'A weekend by rail',
    body_text: 'Three bridges, two tunnels, one good sandwich: what to see from the left side of the train.',
  }),
  of('sailing-boat', 'Wind from the west, and nobody in a hurry.'),
  of('snowman-by-house', 'Built by Jonas (7) and Leni (5) after school', { title: 'Snow until Thursday' }),
  of('street-crossing', 'Green at last.', {
    title: 'Crossings to be repainted',
    body_text: 'The city renews the stripes at forty crossings before the schools open again.',
  }),
  of('three-balloons', 'Happy birthday from all of us, see you at 3 pm, flat 12B!'),
];
