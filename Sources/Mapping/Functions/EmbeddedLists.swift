// Made from Mappings/lists by the tests of the lists: TRACKFILL_RECORD=1 swift test --filter ListTests

/// The lists that the program carries, so that it needs no file beside it.
enum EmbeddedLists {
  static let bots = #"""
    # Programs that call themselves so in their user agent, one part of a name to a line, lower-case; a line that begins with
    # `#` is a comment. A user agent that contains one of them is a program's. The receiver refuses a whole payload for one
    # program, so this list takes rather too many than too few; but no browser may contain any of them. `^` stands for the
    # beginning of the user agent.

    # Most programs say what they are.
    bot
    crawl
    spider
    slurp
    archiver
    scrap
    fetch
    indexer
    monitor
    web preview
    bingpreview
    uripreview
    linkpreview
    urlpreview
    validator
    headless

    # Libraries and tools
    curl/
    wget/
    python-
    python/
    aiohttp
    httpx
    ^java/
    jakarta
    okhttp
    libwww
    lwp::
    ^ruby
    ruby/
    php/
    perl
    axios
    guzzle
    httpclient
    http_request
    http-client
    postman
    insomnia
    restsharp
    unirest
    reqwest
    undici
    winhttp
    symfony
    phantomjs
    puppeteer
    playwright
    selenium

    # Search engines and advertising
    mediapartners
    google-read-aloud
    googleother
    google-inspectiontool
    google-site-verification
    google-safety
    google-extended
    apis-google
    yandeximages
    yandexmetrika
    yeti/
    daum/

    # Links that are shown in messages
    facebookexternalhit
    meta-external
    whatsapp/
    embedly
    feedly
    rss
    vkshare
    slack-imgproxy
    ggpht
    yahoomailproxy
    flipboardproxy

    # Models that read the web
    chatgpt-user
    oai-search
    perplexity
    anthropic
    claude-
    cohere
    mistralai-user

    # Supervision
    pingdom
    uptime
    statuscake
    site24x7
    newrelic
    datadog
    nagios
    zabbix
    check_http
    lighthouse
    gtmetrix
    pagespeed
    ptst/
    catchpoint
    dynatrace
    ruxit
    blackbox exporter
    prometheus
    kube-probe
    elb-healthchecker
    freshping
    hetrixtools

    # Scanners
    nmap
    masscan
    zgrab
    nikto
    sqlmap
    nuclei
    censys
    netcraft
    wpscan
    expanse
    internetmeasurement
    l9explore
    l9tcpid
    gobuster
    dirbuster
    acunetix
    nessus
    qualys
    openvas
    burp

    # Shops for links and words
    heritrix
    semrush
    ahrefs
    mj12
    dataprovider
    wordpress/
    jetpack by
    xenu
    screaming frog
    sistrix
    seokicks
    serpstat
    barkrowler
    linkcheck
    w3c_

    # Smaller ones
    netvibes
    ^ning/
    daumoa
    riddler
    datanyze
    wsr-agent
    genieo
    yahoocachesystem
    cibra
    nutch
    ichiro
    blogbridge
    iltrovatore
    internetarchive
    gomezagent
    thumbnail
    newsgator
    pagepeeker
    ^reaper
    zooshot
    ^holmes
    qwantify
    """#

  static let referers = #"""
    # Where visitors come from: kind, name, hosts, and for search engines the names of the query's parameter that holds the
    # words. Columns are divided by tabs or two blanks, lists by commas; a line that begins with `#` is a comment.
    #
    # A host stands for itself and everything below it: `bing.com` is also `www.bing.com`. `google.*` is a name under any
    # top-level domain, also `google.co.uk`. The longest host that fits wins: `mail.google.com` before `google.*`.

    # Search engines
    search  Google  google.*, android-app.com.google.android.googlequicksearchbox  q
    search  Bing  bing.com  q
    search  Yahoo  search.yahoo.com, search.yahoo.co.jp, yahoo.co.jp  p
    search  DuckDuckGo  duckduckgo.com, duck.com  q
    search  Ecosia  ecosia.org  q
    search  Qwant  qwant.com  q
    search  Startpage  startpage.com, ixquick.com  query, q
    search  Brave  search.brave.com  q
    search  Kagi  kagi.com  q
    search  Mojeek  mojeek.com  q
    search  Swisscows  swisscows.com  query
    search  MetaGer  metager.de, metager.org  eingabe
    search  Presearch  presearch.com  q
    search  Yandex  yandex.*, ya.ru  text
    search  Baidu  baidu.com  wd, word
    search  Sogou  sogou.com  query, keyword
    search  360  so.com  q
    search  Shenma  sm.cn  q
    search  Naver  search.naver.com  query
    search  Daum  search.daum.net  q
    search  Seznam  search.seznam.cz, seznam.cz  q
    search  AOL  search.aol.com, search.aol.co.uk, aol.com  q
    search  Ask  ask.com  q
    search  Lycos  lycos.com, lycos.de  query, q
    search  Dogpile  dogpile.com  q
    search  WebCrawler  webcrawler.com  q
    search  Excite  excite.com  q
    search  Info  info.com  q
    search  T-Online  suche.t-online.de  q
    search  GMX  suche.gmx.net, suche.gmx.at  q
    search  WEB.DE  suche.web.de  q
    search  Onet  szukaj.onet.pl  qt
    search  Wirtualna Polska  szukaj.wp.pl  q
    search  Virgilio  ricerca.virgilio.it  qs
    search  Libero  ricerca.libero.it  qs
    search  Orange  lemoteur.orange.fr  kw
    search  Rambler  nova.rambler.ru  query
    search  Mail.ru  go.mail.ru  q
    search  goo  search.goo.ne.jp  MT
    search  Coc Coc  coccoc.com  query
    search  Perplexity  perplexity.ai  q
    search  ChatGPT  chatgpt.com, chat.openai.com
    search  Copilot  copilot.microsoft.com  q
    search  Gemini  gemini.google.com
    search  Claude  claude.ai

    # Social networks and messengers
    social  Facebook  facebook.com, fb.com, fb.me, m.me, messenger.com, android-app.com.facebook.katana
    social  Instagram  instagram.com, ig.me, android-app.com.instagram.android
    social  X  twitter.com, x.com, t.co, android-app.com.twitter.android
    social  LinkedIn  linkedin.com, lnkd.in, android-app.com.linkedin.android
    social  Pinterest  pinterest.*, pin.it, android-app.com.pinterest
    social  YouTube  youtube.com, youtu.be, android-app.com.google.android.youtube
    social  Reddit  reddit.com, redd.it, android-app.com.reddit.frontpage
    social  TikTok  tiktok.com
    social  Snapchat  snapchat.com
    social  WhatsApp  whatsapp.com, wa.me
    social  Telegram  telegram.org, t.me, android-app.org.telegram.messenger
    social  Threads  threads.net, threads.com
    social  Bluesky  bsky.app, bsky.social
    social  Mastodon  mastodon.social, mastodon.online, mstdn.social
    social  Tumblr  tumblr.com
    social  Quora  quora.com
    social  VK  vk.com, vkontakte.ru
    social  Odnoklassniki  ok.ru
    social  Weibo  weibo.com, weibo.cn
    social  WeChat  weixin.qq.com
    social  Xing  xing.com
    social  Discord  discord.com, discordapp.com
    social  Slack  slack.com, android-app.com.slack
    social  Twitch  twitch.tv
    social  Vimeo  vimeo.com
    social  Flickr  flickr.com
    social  Medium  medium.com
    social  Hacker News  news.ycombinator.com
    social  Lobsters  lobste.rs
    social  Stack Overflow  stackoverflow.com
    social  GitHub  github.com
    social  Viber  viber.com
    social  Line  line.me
    social  Wykop  wykop.pl
    social  Nasza klasa  nk.pl

    # Mail read in a browser
    email  Gmail  mail.google.com, android-app.com.google.android.gm
    email  Outlook  outlook.live.com, outlook.com, outlook.office.com, outlook.office365.com, mail.live.com, hotmail.com
    email  Yahoo Mail  mail.yahoo.com, mail.yahoo.co.jp
    email  AOL Mail  mail.aol.com
    email  iCloud Mail  mail.icloud.com
    email  Proton Mail  mail.proton.me, mail.protonmail.com
    email  Fastmail  fastmail.com
    email  Zoho Mail  mail.zoho.com, mail.zoho.eu
    email  GMX  navigator.gmx.net, 3c.gmx.net, gmx.net, gmx.com, gmx.at, gmx.ch
    email  WEB.DE  navigator.web.de, 3c.web.de
    email  T-Online  email.t-online.de
    email  Mail.ru  e.mail.ru
    email  Yandex Mail  mail.yandex.ru, mail.yandex.com
    email  Onet Poczta  poczta.onet.pl
    email  WP Poczta  poczta.wp.pl
    email  Interia Poczta  poczta.interia.pl
    email  o2 Poczta  poczta.o2.pl
    email  Seznam Email  email.seznam.cz
    email  Laposte  webmail.laposte.net
    email  Orange Mail  webmail.orange.fr, mail01.orange.fr
    email  Free Mail  zimbra.free.fr, webmail.free.fr
    email  Libero Mail  mail.libero.it
    email  QQ Mail  mail.qq.com
    email  NetEase Mail  mail.163.com, mail.126.com
    email  Naver Mail  mail.naver.com
    email  Comcast  mail.comcast.net
    """#
}
