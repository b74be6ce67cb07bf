internal import Pipeline

/// The page's own style sheet, and the policy that allows nothing else: no script, no network, no other style.
enum PageStyle {
  static var policy: String {
    let digits = Fingerprint.sha256(Array(sheet.utf8)) ?? ""
    var bytes: [UInt8] = []
    var high: UInt8?
    for character in digits {
      guard let value = character.hexDigitValue else { continue }
      if let first = high {
        bytes.append(first << 4 | UInt8(value))
        high = nil
      } else {
        high = UInt8(value)
      }
    }
    return "default-src 'none'; style-src 'sha256-\(Base64.text(bytes))'; base-uri 'none'; form-action 'none'"
  }

  static let sheet = """
    :root{color-scheme:light dark;--bg:#f6f7f9;--card:#fff;--ink:#1a2230;--soft:#5a6679;--line:#dfe4ea;--tint:#eef2f7;
    --link:#1f5fc4;--ok:#12805c;--warn:#9a5b00;--bad:#b4232f;--warnbg:#fff6e5;--badbg:#fdecee;
    --c0:#2f6fdb;--c1:#d97706;--c2:#16936b;--c3:#a445b2;--c4:#c2384c;--c5:#0e8fa8;--c6:#8792a5;--mark:#fff0b8}
    @media(prefers-color-scheme:dark){:root{--bg:#10151d;--card:#18202b;--ink:#e6ebf2;--soft:#9aa8bb;--line:#2b3645;
    --tint:#202b39;--link:#7fb0ff;--ok:#4fd1a1;--warn:#ffc062;--bad:#ff8a94;--warnbg:#2c2412;--badbg:#331a1e;
    --c0:#6ea8ff;--c1:#ffb454;--c2:#4fd1a1;--c3:#d68be0;--c4:#ff7b8a;--c5:#5cd0e6;--c6:#8d9ab0;--mark:#4a3d0a}}
    *{box-sizing:border-box}
    html{scroll-behavior:smooth}
    body{margin:0;background:var(--bg);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
    a{color:var(--link)}
    .skip{position:absolute;left:-9999px}
    .skip:focus{left:1rem;top:.5rem;background:var(--card);padding:.5rem 1rem;z-index:2}
    header,main,footer{max-width:1120px;margin:0 auto;padding:0 1.25rem}
    header{padding-top:1.75rem}
    h1{font-size:1.6rem;line-height:1.2;margin:0 0 .25rem;overflow-wrap:anywhere}
    h2{font-size:1.1rem;margin:0 0 .9rem}
    h3{font-size:.9rem;margin:0 0 .4rem;color:var(--soft);font-weight:600}
    p{margin:.25rem 0 .6rem}
    .soft{color:var(--soft)}
    .safe{display:inline-block;border:1px solid var(--ok);color:var(--ok);border-radius:99px;padding:.05rem .7rem;
    font-size:.85rem;margin-top:.35rem}
    nav{display:flex;flex-wrap:wrap;gap:.25rem 1rem;padding:.9rem 0 0;font-size:.92rem}
    .tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(140px,1fr));gap:.75rem;margin:1.25rem 0 0;padding:0}
    .tiles div{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:.7rem .9rem}
    .tiles dt{color:var(--soft);font-size:.82rem}
    .tiles dd{margin:0;font-size:1.45rem;font-weight:650;font-variant-numeric:tabular-nums;letter-spacing:-.01em}
    .tiles dd small{display:block;font-size:.78rem;font-weight:400;color:var(--soft);letter-spacing:0}
    section{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:1.1rem 1.25rem 1.2rem;margin:1rem 0}
    section:target,details:target{border-color:var(--link)}
    .two{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,420px),1fr));gap:1rem 2rem}
    .two>*{min-width:0}
    .remark{border-left:4px solid var(--warn);background:var(--warnbg);border-radius:6px;padding:.5rem .8rem;margin:.5rem 0;
    overflow-wrap:anywhere}
    .remark.loss{border-color:var(--bad);background:var(--badbg)}
    .remark p{margin:0}
    h1 code{font-size:.9em}
    .legend+table{margin-top:.6rem}
    table{border-collapse:collapse;width:100%;font-size:.92rem}
    th{text-align:left;font-weight:600;color:var(--soft);font-size:.82rem}
    th,td{padding:.28rem .6rem .28rem 0;border-bottom:1px solid var(--line);vertical-align:top}
    tr:last-child>td,tr:last-child>th[scope=row]{border-bottom:0}
    th[scope=row]{color:var(--ink);font-size:.92rem;font-weight:500}
    td.num,th.num{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
    td.bar{width:38%;min-width:70px}
    td,th{overflow-wrap:anywhere}
    table.kv th[scope=row]{white-space:nowrap;max-width:11rem;overflow:hidden;text-overflow:ellipsis}
    table.steps th[scope=row]{min-width:7rem}
    table.kv,table.steps{margin-bottom:.9rem}
    .sub th[scope=row]{padding-left:1.2rem;color:var(--soft);font-weight:400}
    .scroll{overflow-x:auto}
    .scroll td,.scroll th{overflow-wrap:normal;white-space:nowrap}
    svg{display:block;width:100%}
    svg.bar{height:14px;margin-top:.25rem}
    svg.chart{height:180px;border-bottom:1px solid var(--line)}
    svg.small{height:96px;border-bottom:1px solid var(--line)}
    svg.visit{height:30px;overflow:visible}
    svg.stack{height:34px;border-radius:6px}
    .track{fill:var(--tint)}.rail{stroke:var(--line);stroke-width:2}
    .c0{fill:var(--c0)}.c1{fill:var(--c1)}.c2{fill:var(--c2)}.c3{fill:var(--c3)}.c4{fill:var(--c4)}.c5{fill:var(--c5)}.c6{fill:var(--c6)}
    .f-mapped{fill:var(--c2)}.f-dropped{fill:var(--c6)}.f-unmatched{fill:var(--c1)}.f-rejected{fill:var(--c4)}
    .axis{display:flex;justify-content:space-between;color:var(--soft);font-size:.8rem;padding-top:.25rem}
    .axis.cells span{flex:1;text-align:center}
    ul.legend{list-style:none;display:flex;flex-wrap:wrap;gap:.2rem 1.1rem;margin:.6rem 0 0;padding:0;font-size:.86rem}
    ul.legend li{overflow-wrap:anywhere}
    ul.legend svg{display:inline-block;width:11px;height:11px;margin-right:.4rem;vertical-align:-1px}
    .visits{list-style:none;margin:.2rem 0 0;padding:0}
    .visits li{display:grid;grid-template-columns:210px 1fr;gap:.2rem 1rem;align-items:center;padding:.15rem 0}
    .visits .when{font-size:.83rem;color:var(--soft);font-variant-numeric:tabular-nums}
    .who{margin-top:1rem;font:600 .84rem/1.4 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere}
    details{border:1px solid var(--line);border-radius:9px;margin:.5rem 0;background:var(--card)}
    summary{cursor:pointer;padding:.5rem .8rem;display:flex;flex-wrap:wrap;gap:.15rem .7rem;align-items:baseline;border-radius:9px}
    summary:hover{background:var(--tint)}
    summary:focus-visible,a:focus-visible,.scroll:focus-visible,pre:focus-visible{outline:2px solid var(--link);outline-offset:2px}
    summary::before{content:"▸";color:var(--soft);width:.8rem}
    details[open]>summary::before{content:"▾"}
    summary::-webkit-details-marker{display:none}
    summary .place{font-size:.85rem;color:var(--soft);overflow-wrap:anywhere}
    summary .line{flex:1 1 320px;min-width:0;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
    .inside{padding:.3rem .9rem .9rem}
    code,pre,.line,.mono{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.83rem}
    pre{margin:.2rem 0 .8rem;padding:.65rem .8rem;background:var(--tint);border-radius:8px;overflow:auto;max-height:30rem;line-height:1.45}
    pre.raw{white-space:pre-wrap;overflow-wrap:anywhere}
    pre mark{background:none;color:inherit;border-bottom:2px solid var(--c6)}
    mark.m0{border-color:var(--c0)!important}mark.m1{border-color:var(--c1)!important}mark.m2{border-color:var(--c2)!important}
    mark.m3{border-color:var(--c3)!important}mark.m4{border-color:var(--c5)!important}
    pre .at{background:var(--bad);color:var(--card);border-radius:3px;padding:0 1px}
    .k{color:var(--c0)}.s{color:var(--c2)}.n{color:var(--c1)}.here{background:var(--mark)}
    .badge{border-radius:99px;padding:.02rem .6rem;font-size:.8rem;font-weight:600;background:var(--tint);color:var(--soft);overflow-wrap:anywhere}
    .badge.mapped{color:var(--ok)}.badge.rejected{color:var(--bad)}.badge.dropped,.badge.unmatched{color:var(--warn)}
    .never{color:var(--bad)}
    .bad{color:var(--bad)}
    footer{color:var(--soft);font-size:.86rem;padding-bottom:3rem}
    @media(max-width:600px){header,main,footer{padding-left:.8rem;padding-right:.8rem}section{padding:.9rem .9rem 1rem}
    .visits li{grid-template-columns:1fr}td.bar{width:26%}.inside{padding:.2rem .6rem .7rem}h1{font-size:1.35rem}
    .tiles{grid-template-columns:repeat(2,1fr)}}
    @media print{:root{color-scheme:light;--bg:#fff;--card:#fff;--ink:#000;--soft:#444;--line:#bbb;--tint:#f3f3f3;--link:#000;
    --c0:#2f6fdb;--c1:#d97706;--c2:#16936b;--c3:#a445b2;--c4:#c2384c;--c5:#0e8fa8;--c6:#8792a5;--ok:#12805c;--warn:#9a5b00;
    --bad:#b4232f;--warnbg:#fff;--badbg:#fff;--mark:#fff0b8}
    body{font-size:10.5pt}nav,.skip{display:none}section{border:0;padding:.4rem 0;margin:.4rem 0}
    *{print-color-adjust:exact;-webkit-print-color-adjust:exact}
    details::details-content{content-visibility:visible;block-size:auto}pre{max-height:none;white-space:pre-wrap;overflow-wrap:anywhere}
    details,.remark,.tiles div,svg,tr{break-inside:avoid}details{break-inside:auto}h2{break-after:avoid}
    header,main,footer{max-width:none;padding:0}}
    """
}
