import type { NetworkKind } from "#domain/event/event.ts";

/**
 * What an autonomous system is used for, where its operator says so itself (hosting catalogue, VPN service page, mobile
 * network). Microsoft records the number with each sign-in, so this works also for blocks our address table does not
 * hold. Numbers are those of the regional registries. A number that is not here is said to be unknown.
 * Line: kind, then `number name` separated by semicolons.
 */
const TABLE = `
microsoft: 8075 Microsoft; 8068 Microsoft; 8069 Microsoft; 12076 Microsoft; 3598 Microsoft
hosting: 14061 DigitalOcean; 16276 OVH; 24940 Hetzner; 213230 Hetzner; 212317 Hetzner; 215859 Hetzner; 20473 Vultr; 63949 Akamai Linode; 16509 Amazon; 14618 Amazon; 7224 Amazon; 8987 Amazon
hosting: 396982 Google Cloud; 19527 Google Cloud; 45102 Alibaba Cloud; 37963 Alibaba Cloud; 132203 Tencent Cloud; 45090 Tencent Cloud; 31898 Oracle Cloud; 36351 IBM Cloud; 136907 Huawei Cloud; 55990 Huawei Cloud
hosting: 51167 Contabo; 40021 Contabo; 141995 Contabo; 12876 Scaleway; 29447 Scaleway; 8560 IONOS; 54548 IONOS; 47583 Hostinger; 204915 Hostinger; 26496 GoDaddy; 398101 GoDaddy; 22612 Namecheap; 46606 Unified Layer; 19871 Network Solutions
hosting: 60781 LeaseWeb; 28753 LeaseWeb; 30633 LeaseWeb; 395954 LeaseWeb; 7203 LeaseWeb; 59253 LeaseWeb; 133752 LeaseWeb; 205544 LeaseWeb; 394380 LeaseWeb; 396362 LeaseWeb; 19148 LeaseWeb; 27411 LeaseWeb
hosting: 36352 HostPapa ColoCrossing; 8100 QuadraNet; 55286 ServerMania; 53667 FranTech; 62563 GTHost; 63023 GTHost; 29802 Hivelocity; 40676 Psychz; 20454 Secured Servers; 13213 UK2; 42831 UK Dedicated Servers; 62240 Clouvider; 49981 WorldStream
hosting: 50673 Serverius; 51852 Private Layer; 202425 IP Volume; 200019 AlexHost; 44477 (formerly Stark Industries); 33993 UFO Hosting; 209847 WorkTitans; 210644 Aeza; 216246 Aeza; 49505 Selectel; 9123 TimeWeb; 198610 Beget; 197695 REG.RU
hosting: 48282 Hosting technology; 216071 Servers Tech; 207713 Global Internet Solutions; 56971 CGI Global; 215540 Global Connectivity Solutions; 57724 DDoS-Guard; 34665 Petersburg Internet Network; 49392 LLC Baxet; 35048 Biterika; 57523 Chang Way; 59425 Chang Way; 198953 Proton66
hosting: 64267 Sprious; 53340 FiberHub; 46844 Sharktech; 46664 VolumeDrive; 19318 Interserver; 26347 DreamHost; 32244 Liquid Web; 53831 Squarespace; 11878 tzulo; 3223 Voxility; 39798 MivoCloud; 201814 MEVSPACE; 59711 HZ Hosting; 202422 G-Core; 199524 G-Core
hosting: 35916 Multacom; 25820 IT7; 63018 Dedicated.com; 32475 SingleHop; 13768 Aptum; 23470 ReliableSite; 54290 HostPapa Hostwinds; 46475 Limestone; 33387 DataShack; 14576 Hosting Solution; 54600 PEG TECH; 18978 Enzu; 21859 Zenlayer; 62904 Eonix; 396356 Latitude.sh; 262287 Latitude.sh; 7979 Servers.com; 24875 NovoServe; 206264 Amarutu; 58061 Scalaxy; 39287 Materialism; 213035 Des Capital; 399629 BL Networks; 399045 DediOutlet; 136787 PacketHub; 197540 netcup; 24961 myLoc; 34788 Neue Medien Muennich; 29066 velia; 31400 Accelerated; 12586 GHOSTnet; 20773 Host Europe; 61157 Host Europe; 34011 Host Europe; 29550 Simply Transit; 20738 Host Europe; 57043 Hostkey; 395839 Hostkey; 50867 Hostkey; 47447 23media; 43641 Sollutium; 25369 Hydra; 41564 Orion; 48693 Rices; 51396 Pfcloud; 214940 Kprohost; 211381 Podaon; 210558 1337 Services; 197226 sprint S.A.; 60602 Inovare; 9312 xTom; 3214 xTom; 6134 XNNET; 38136 Akari; 45671 Servers Australia; 38001 NewMedia Express; 131199 Nexeon; 20278 Nexeon; 64286 LogicWeb; 36007 Kamatera; 204548 Kamatera; 41436 Kamatera
vpn: 9009 M247; 60068 Datacamp; 212238 Datacamp; 39351 31173 Services; 209103 Proton; 62371 Proton; 46562 Performive; 43350 NForce; 147049 PacketHub; 207137 PacketHub; 210906 Bite Lietuva VPN; 141039 PacketHub; 136787 PacketHub; 34305 Base IP; 204957 Green Floid; 61317 Hivelocity VPN exits; 137409 GSL Networks; 199218 Proton; 16247 M247; 208172 Proton; 206804 EstNOC; 50304 Blix; 56655 Gigahost; 202448 MVPS; 213790 Limited Network
proxy: 13335 Cloudflare; 209242 Cloudflare; 36183 Akamai; 54113 Fastly; 22616 Zscaler; 62044 Zscaler; 53813 Zscaler; 54538 Palo Alto Networks; 55256 Netskope; 18779 EGIHosting; 13886 Cloud South; 200651 FlokiNET
tor: 198093 DFRI; 60729 Zwiebelfreunde; 53667 FranTech; 215125 Church of Cyberology; 210558 1337 Services; 197540 netcup; 60404 Liteserver; 205100 F3 Netze; 206238 Freedom Internet exits; 4224 Calyx; 396507 Emerald Onion; 51852 Private Layer; 19624 Data Room; 62744 Quintex
mobile: 21928 T-Mobile US; 20057 AT&T Mobility; 6167 Verizon Wireless; 22394 Verizon Wireless; 12576 EE; 35228 O2; 25135 Vodafone UK; 206067 Three UK; 60339 Three UK; 36873 Airtel Nigeria; 29465 MTN Nigeria; 37148 Globacom; 29975 Vodacom; 16637 MTN; 55836 Jio; 45609 Airtel India; 24560 Airtel India; 38266 Vodafone India; 133612 Vodafone Australia; 4804 Optus; 15557 SFR mobile; 12638 E-Plus; 13036 T-Mobile Czech; 29256 Syriatel; 44244 Irancell; 197207 MCCI; 23693 Telkomsel; 45727 Three Indonesia; 24203 XL; 131445 AIS; 9605 NTT Docomo; 17676 SoftBank; 2516 KDDI; 27995 Claro; 28573 Claro; 26599 Vivo; 26615 TIM Brasil; 28403 Telcel; 8374 Polkomtel; 43447 Orange Polska mobile; 12430 Vodafone Spain; 16299 Xfera; 30722 Vodafone Italy; 24608 Wind Tre; 16232 TIM mobile; 44034 Hi3G; 1257 Tele2; 31615 T-Mobile NL
isp: 7922 Comcast; 7018 AT&T; 701 Verizon; 20001 Charter; 11351 Charter; 11427 Charter; 10796 Charter; 20115 Charter; 33363 Charter; 12271 Charter; 22773 Cox; 209 CenturyLink; 22561 CenturyLink; 5650 Frontier; 30036 Mediacom; 6128 Altice; 11492 Cable One; 7029 Windstream; 577 Bell Canada; 812 Rogers; 6327 Shaw; 852 Telus; 5769 Videotron; 2856 BT; 5089 Virgin Media; 13285 TalkTalk; 5607 Sky; 20712 Andrews & Arnold; 56478 Hyperoptic; 3320 Deutsche Telekom; 3209 Vodafone Germany; 31334 Vodafone Kabel; 6805 Telefonica Germany; 8881 1&1 Versatel; 8422 NetCologne; 3215 Orange; 12322 Free; 15557 SFR; 5410 Bouygues; 3269 Telecom Italia; 12874 Fastweb; 1267 Wind; 3352 Telefonica Spain; 12479 Orange Spain; 1136 KPN; 33915 Ziggo; 5432 Proximus; 6848 Telenet; 3303 Swisscom; 6830 Sunrise; 8412 Magenta; 8447 A1; 3301 Telia; 2119 Telenor; 3292 TDC; 719 Elisa; 1759 Telia Finland; 5466 Eir; 6871 Plusnet; 12741 Netia; 5617 Orange Polska; 29314 Vectra; 8708 Digi Romania; 9050 Orange Romania; 2860 NOS; 3243 MEO; 6799 OTE; 1221 Telstra; 4739 iiNet; 7545 TPG; 4771 Spark; 9790 2degrees; 3741 Internet Solutions; 37457 Telkom; 9829 BSNL; 17488 Hathway; 4713 NTT OCN; 4766 Korea Telecom; 3462 HiNet; 7303 Telecom Argentina; 8151 Telmex; 27699 Vivo
`;

export type Provider = { kind: NetworkKind; org: string };

function read(): Map<number, Provider> {
  const out = new Map<number, Provider>();
  for (const line of TABLE.split("\n")) {
    const [kind, list] = line.split(": ");
    if (!kind || !list) continue;
    for (const entry of list.split(";")) {
      const [number, ...org] = entry.trim().split(" ");
      const asn = Number(number);
      if (!out.has(asn)) out.set(asn, { kind: kind as NetworkKind, org: org.join(" ") });
    }
  }
  return out;
}

const PROVIDERS = read();

/** What an autonomous system is used for; undefined when we do not know. */
export function providerOf(asn: number | undefined): Provider | undefined {
  return asn === undefined ? undefined : PROVIDERS.get(asn);
}

export const PROVIDER_COUNT = PROVIDERS.size;

const WORDS: readonly [RegExp, NetworkKind][] = [
  [/\btor\b.*(exit|relay)|onion/i, "tor"],
  [/\bvpn\b|mullvad|nordvpn|expressvpn|surfshark/i, "vpn"],
  [/hosting|\bhost\b|\bvps\b|server|data ?cent(er|re)|\bcloud\b|colo(cation)?\b|dedicated/i, "hosting"],
  [/mobile|wireless|cellular|\bgsm\b|\blte\b/i, "mobile"],
];

/** What a provider's registered name says of it; undefined when it says nothing. */
export function kindByName(name: string): NetworkKind | undefined {
  return WORDS.find(([pattern]) => pattern.test(name))?.[1];
}
