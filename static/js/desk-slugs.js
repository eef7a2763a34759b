// The address offered while a name is typed, spelled as articles/text.py's make_slug() does: no letter of a Latin or Cyrillic
// alphabet is left out. Takes the place of Django's URLify; the letters are those of ground/alphabets.py.
{
  const LETTERS =
    "ßss æae çch ðd øo þth đdj ğgh ħh ıi ĸk łl ňng ŋng œoe şsh ŧt žzh ƀb ƃb ƅq ƈc ƌd ƍd ƒf ƕhv ƙk ƚl ƛl ƞn ƣgh ƥp ƨs ƪsh " +
    "ƫt ƭt ƴy ƶz ƹzh ƺzh ƽts ƾq ƿw ǝe ǣae ǥg ǯzh ǽae ǿo ȝgh ȡd ȣou ȥz ȴl ȵn ȶt ȷj ȸdb ȹqp ȼc ȿs ɀz ɂq ɇe ɉj ɋq ɍr ɏy ɐa " +
    "ɑa ɒa ɓb ɔo ɕc ɖd ɗd ɘe əa ɚa ɛe ɜe ɝe ɞe ɟj ɠg ɡg ɢg ɣgh ɤu ɥh ɦh ɧh ɨi ɩi ɪi ɫl ɬl ɭl ɮl ɯu ɰm ɱm ɲny ɳn ɴn ɵo ɶoe " +
    "ɷo ɸph ɹr ɺr ɻr ɼr ɽr ɾr ɿr ʀr ʁr ʂs ʃsh ʄj ʅs ʆsh ʇt ʈt ʉu ʊu ʋv ʌv ʍw ʎy ʏy ʐz ʑz ʒzh ʓzh ʕq ʖq ʗs ʘb ʙb ʚe ʛg ʜh " +
    "ʝj ʞk ʟl ʠq ʡq ʢq ʣdz ʤd ʥdz ʦts ʧt ʨtc ʩf ʪls ʫlz ʬb ʭb ʮh ʯh аa бb вv гg дd еe жzh зz иi йy кk лl мm нn оo пp рr " +
    "сs тt уu фf хkh цts чch шsh щshch ъ_ ыy ь_ эe юyu яya ѐe ёyo ђdj ѓgj єye ѕdz іi їyi јj љlj њnj ћc ќkj ѝi ўo џdzh ѡo " +
    "ѣye ѥye ѧya ѩya ѫu ѭyu ѯks ѱps ѳf ѵi ѷi ѹu ѻo ѽo ѿot ҁq ҋi ҍ_ ҏr ґg ғgh ҕgh җj ҙdh қq ҝg ҟq ҡq ңng ҥng ҧp ҩw ҫth ҭt " +
    "үu ұu ҳh ҵts ҷj ҹj һh ҽch ҿch ӂj ӄq ӆl ӈng ӊn ӌch ӎm ӏ_ ӑa ӓa ӕae ӗe әa ӛa ӝj ӟdz ӡdz ӣi ӥi ӧo өo ӫo ӭe ӯu ӱu ӳu ӵch " +
    "ӷgh ӹy ӻgh ӽkh ӿkh ԁd ԃdj ԅz ԇd ԉl ԋnj ԍs ԏdz ԑe ԓl ԕl ԗr ԙya ԛq ԝw ԟk ԡl ԣn ԥp ԧs ԩn ԫdz ԭch ԯl ᲀv ᲁl ᲂo ᲃw ᲄt ᲅt " +
    "ᲆ_ ᲇye ᲈu ᴀa ᴁae ᴂae ᴃb ᴄc ᴅd ᴆd ᴇe ᴈe ᴉi ᴊj ᴋk ᴌl ᴍm ᴎn ᴏo ᴐo ᴑo ᴒo ᴓo ᴔoe ᴕou ᴖo ᴗo ᴘp ᴙr ᴚr ᴛt ᴜu ᴝu ᴞd ᴟm ᴠv ᴡw " +
    "ᴢz ᴣzh ᴤv ᴥa ᴫl ᵫue ᵬb ᵭd ᵮf ᵯm ᵰn ᵱp ᵲr ᵳr ᵴs ᵵt ᵶz ᵷg ᵹg ᵺth ᵻi ᵼi ᵽp ᵾu ᵿu ᶀb ᶁd ᶂf ᶃg ᶄk ᶅl ᶆm ᶇn ᶈp ᶉr ᶊs ᶋsh " +
    "ᶌv ᶍx ᶎz ᶏa ᶐa ᶑd ᶒe ᶓe ᶔe ᶕa ᶖi ᶗo ᶘsh ᶙu ᶚzh ẜs ẝs ẟd ỻll ỽv ỿy ↄc ⱡl ⱥa ⱦt ⱨh ⱪk ⱬz ⱱv ⱳw ⱴv ⱶh ⱷt ⱸe ⱹr ⱺo ⱻe ꙁz " +
    "ꙃdz ꙅdz ꙇi ꙉdj ꙋu ꙍo ꙏ_ ꙑy ꙓye ꙕyu ꙗya ꙙya ꙛyu ꙝya ꙟyn ꙡts ꙣ_ ꙥ_ ꙧ_ ꙩm ꙫb ꙭm ꚁd ꚃdz ꚅzh ꚇch ꚉdz ꚋt ꚍt ꚏts ꚑts ꚓch ꚕh " +
    "ꚗs ꚙo ꚛc ꜣa ꜥa ꜧh ꜩtz ꜫt ꜭc ꜯc ꜰf ꜱs ꜳaa ꜵao ꜷau ꜹav ꜻav ꜽay ꜿc ꝁk ꝃk ꝅk ꝇb ꝉl ꝋo ꝍo ꝏoo ꝑp ꝓp ꝕp ꝗq ꝙq ꝛr ꝝr ꝟv ꝡvy " +
    "ꝣv ꝥth ꝧth ꝩv ꝫet ꝭis ꝯcon ꝱd ꝲl ꝳm ꝴn ꝵr ꝶr ꝷt ꝸum ꝺd ꝼf ꝿg ꞁl ꞃr ꞅs ꞇt ꞌq ꞎl ꞑn ꞓc ꞔc ꞕh ꞗb ꞙf ꞛae ꞝoe ꞟue ꞡg ꞣk " +
    "ꞥn ꞧr ꞩs ꞯq ꞵb ꞷo ꞹu ꞻq ꞽq ꞿq ꟁo ꟃw ꟈd ꟊs ꟑg ꟓth ꟕw ꟗm ꟙs ꟶh ꟺm ꬰa ꬱa ꬲe ꬳe ꬴe ꬵl ꬶg ꬷl ꬸl ꬹl ꬺm ꬻn ꬼng ꬽo ꬾo ꬿo ꭀoe " +
    "ꭁoe ꭂoe ꭃo ꭄo ꭅr ꭆr ꭇr ꭈr ꭉr ꭊr ꭋr ꭌr ꭍb ꭎu ꭏu ꭐui ꭑui ꭒu ꭓkh ꭔkh ꭕkh ꭖx ꭗx ꭘx ꭙx ꭚy ꭠs ꭡe ꭢoe ꭣuo ꭤa ꭦdz ꭧts ꭨr ";
  const SPELLED = new Map(
    LETTERS.trim()
      .split(" ")
      .map((word) => [[...word][0], [...word].slice(1).join("")]),
  );
  const ofDjango = window.URLify;
  const plain = (letter) => SPELLED.get(letter) ?? letter.normalize("NFKD").replace(/[^\0-\x7f]/g, "");

  function spell(word) {
    const letters = [...word].map(plain);
    return letters.join("").replaceAll("_", "") || (letters.includes("_") ? "j" : "");
  }

  function slug(text, length) {
    const spelled = text
      .toLowerCase()
      .normalize("NFC")
      .replace(/[\p{L}\p{N}]+/gu, spell)
      .normalize("NFKD")
      .toLowerCase();
    const whole = spelled
      .replace(/[^\w\s-]/g, "")
      .trim()
      .replace(/[-\s]+/g, "-")
      .replace(/^[-_]+|[-_]+$/g, "");
    if (whole.length <= length) return whole;
    const cut = whole.slice(0, length + 1);
    return cut.slice(0, Math.max(cut.lastIndexOf("-"), 0)) || whole.slice(0, length);
  }

  window.URLify = (text, length, allowUnicode) => (allowUnicode ? ofDjango(text, length, true) : slug(text, length));
}
