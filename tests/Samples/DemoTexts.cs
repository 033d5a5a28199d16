namespace Samples;

/// <summary>What the two people of the demo say. Braces choose one of the parts between them.</summary>
internal static class DemoTexts
{
    internal static readonly string[] Gardener =
    [
        "The slugs have held a meeting and the lettuce was the only item on the agenda.",
        "Planted {forty|sixty|far too many} {tulip|crocus|garlic} bulbs. Have already forgotten where.",
        "{Rain|Hail|Drizzle} since {dawn|lunch|Tuesday}. The {water butt|pond|wheelbarrow} is smug about it.",
        "My neighbour grows {leeks|dahlias|pumpkins} the size of {a toddler|a cello|regret}. I grow character.",
        "First {swallow|bumblebee|peacock butterfly} of the year, over the {compost|shed roof|bean poles}! #allotment",
        "Compost temperature this morning: {41|48|55|62} degrees. Warmer than my kitchen.",
        "A robin has decided that I work for her. {She is right.|The hours are long.|Pay is in song.}",
        "Sowed {carrots|parsnips|beetroot} today in a line so straight that I took {a photo|a bow|the rest of the day off}.",
        "The hose has a new leak, and the leak has a {favourite target|sense of humour|grudge}.",
        "Swapped {courgettes|rhubarb|eggs} for {honey|plum jam|a bicycle pump}. Markets work.",
        "If you need {courgettes|runner beans|mint}, please. Please take {some|all of them|the plant}. #allotment",
        "Learned today that {bindweed|couch grass|ground elder} does not read labels.",
        "Ate a tomato while it was still warm from the sun. {No further news.|Everything else can wait.}",
        "The shed now has a {shelf|hook|second hook}. It is practically a {library|museum|hotel}.",
        "Frost on the {kale|sprouts|gate} and a sky like the inside of a shell.",
        "Found last year's {trowel|glove|spectacles} in the {compost|leek bed|water butt}. It had been {happy|thinking|composting} there.",
        "Note to self: label the {seedlings|jars|keys}. Note to self: where are the labels?",
        "The {fox|hedgehog|toad} came by at {nine|ten|dusk}, inspected the {beans|pond|deckchair} and left without comment.",
        "A whole afternoon of {pruning|weeding|sharpening} and one perfect {silence|pear|cup of tea}.",
        "Today's visitor asked what I do for a living. I held up {a marrow|both hands|the rake}.",
        "Der {Holunder|Rhabarber|Salbei} {blüht|wächst mir über den Kopf}. Ich nenne das Planung.",
        "Potatoes: {eleven|nineteen|thirty} kilos from one row. Back: {complaining|gone|sold separately}.",
        "The scarecrow wears my old coat, and it suits {him|it} better.",
        "Wind took the {fleece|cold frame lid|weather forecast}. It may be in {the next county|your garden|Norway} by now.",
        "Seed catalogue arrived. I shall be {sensible|ruined|unavailable} until {supper|March|further notice}. 🌱",
        "Bees at the {borage|lavender|ivy} until the very last light. 🐝",
        "Three kinds of {basil|thyme|mint} in one pot, and peace, for now.",
        "Someone has {knitted|painted|built} a {scarf|sign|small door} for the old apple tree. Nobody admits it.",
    ];

    internal static readonly string[] Ferryman =
    [
        "Left the quay at {23:10|23:12|23:14}. {Calm sea|Long swell|Fog to the rail}, {forty|twelve|six} passengers, one {cello|dog|wedding cake}.",
        "Night crossing {217|318|409}. The coffee machine made a sound that I have only heard from {whales|my uncle|brass bands}.",
        "A man asked whether we sail round the moon. I said {not on weekdays|only if it is on the chart|next season}.",
        "{Lighthouse|Channel buoy|Harbour light} exactly where we left it yesterday. Good.",
        "The {gulls|cormorants|terns} know the timetable better than the {office|passengers|captain}.",
        "Tonight's cargo: {nine vans|two horses|a lorry of oranges}, and somebody's very quiet {piano|parrot|grandmother}.",
        "You can tell the age of a deckhand by the number of {knots|jumpers|opinions} he wears.",
        "{Phosphorescence|Northern lights|A meteor} off the port side. Nobody awake but {me|the cook and me|a child in pyjamas}. #nightferry",
        "Engine room is {31|36|38} degrees, bridge is {4|7|9}. Somewhere in between there is a perfect {stair|sandwich}.",
        "Found in the lounge after docking: one {glove|sonnet|set of false teeth}, two {umbrellas|left shoes|chess queens}.",
        "The sea was so flat tonight that we could see {Orion|the moon|our own lights} twice.",
        "Learning {Finnish|the accordion|celestial navigation} between {two and three|three and four} in the morning. Progress: {some|audible|stars}.",
        "Radio check with the {pilot|coastguard|other ferry}. We mostly talk about {soup|bicycles|his tomatoes}.",
        "A passenger left a note: \"{Best sleep in years|Thank you for the fog|The stars were included}\". It is on the bridge now.",
        "{Soup|Stew|Porridge} of the night: {leek|pea|whatever is left}. Queue: orderly. Spoons: {eleven|missing}.",
        "Sunrise at {04:41|05:20|06:03}, the good kind, {apricot|copper|quiet}. #nightferry",
        "We turned {the ship|round} because someone had forgotten {her violin|his brother|the cat}. I would do it again.",
        "Horn test at {noon|six}. Every dog in the harbour {agreed|replied|filed a complaint}.",
        "I have now seen {a thousand|four hundred|all the} sunrises and I would still {wake you for this one|take a picture}.",
        "Rope, {paint|grease|rope again}, tea, rope. The romance of the sea.",
        "Fog so thick that the {foghorn|captain|gull} apologised. 🌫️",
        "Sailor's arithmetic: a {six|seven|eight} hour crossing takes {four|nine} hours of {tea|talking|listening}. ⚓",
        "Two people met on deck {three|five} years ago. Tonight they brought {the baby|cake for the crew|the same thermos}.",
        "La {mer|nuit} est {calme|longue|à nous}. On continue.",
        "New charts came. Someone at the office has {renamed a rock|moved a sandbank|drawn a tiny whale}.",
        "Captain says that I {hum|steer|whistle} like my {grandmother|predecessor}. I choose to be {proud|louder}.",
    ];

    internal static readonly string[] Replies =
    [
        "This made my {morning|evening|tea go cold}.",
        "Same here, but with more {mud|fog|gulls}.",
        "You should {write a book|get a bigger shed|ask the cook}.",
        "I read this aloud to the {crew|bees|kettle}. {Applause.|Silence, but warm.|They want more.}",
        "Save me {one|some|a seat}!",
        "Is that not what happened {last year|in the great leek affair|to your uncle}?",
        "Counterpoint: {soup|a nap|rope}.",
        "Please tell {her|him|the robin} that I said hello.",
        "{Ha!|Oh no.|Wonderful.} And then?",
        "I have questions, mostly about the {cello|marrow|horse}.",
    ];

    internal static readonly string[] PictureCaptions =
    [
        "Tonight's view, no filter, some {wind|midges|regrets}.",
        "The {hills|light} did this for about {four minutes|as long as a cup of tea}.",
        "Painted by the weather, signed by nobody.",
        "Looked up at the right moment for once.",
        "{Morning|Evening} shift.",
    ];

    internal static readonly string[] PictureDescriptions =
    [
        "A painted landscape: a wide sky over {three|four} ranges of hills, the nearest {nearly black|in shadow}.",
        "Hills in layers under a low {sun|moon}; the sky goes from {pale|warm} at the horizon to deep above.",
    ];

    /// <summary>One sentence with each choice in it made.</summary>
    internal static string Say(string[] sentences, SampleRandom random)
    {
        string text = random.Pick<string>(sentences);
        while (text.IndexOf('{', StringComparison.Ordinal) is >= 0 and int open)
        {
            int close = text.IndexOf('}', open);
            string[] choices = text[(open + 1)..close].Split('|');
            text = text[..open] + random.Pick<string>(choices) + text[(close + 1)..];
        }

        return text;
    }
}
