import type { NetworkKind } from "#domain/event/event.ts";

/** One block of addresses: who announces it and what it is used for. */
export type Network = { cidr: string; asn: number; kind: NetworkKind; country?: string; org: string };

/**
 * Our own compact table, written by hand from what operators publish themselves (address plans, service pages, looking
 * glasses). It covers Microsoft's own ranges and the large hosting, VPN, proxy and access networks; it is not complete,
 * and an address outside of it is `unknown`. Operators replace or extend it with a feed (see ./feed.ts).
 * Line: block, AS number, kind, country or "-", name. The most specific block wins.
 */
const TABLE = `
0.0.0.0/8 0 private - this network
10.0.0.0/8 0 private - private
100.64.0.0/10 0 private - carrier-grade NAT
127.0.0.0/8 0 private - loopback
169.254.0.0/16 0 private - link local
172.16.0.0/12 0 private - private
192.168.0.0/16 0 private - private
::1/128 0 private - loopback
fc00::/7 0 private - private
fe80::/10 0 private - link local
13.64.0.0/11 8075 microsoft - Microsoft
13.104.0.0/14 8075 microsoft - Microsoft 365
20.0.0.0/8 8075 microsoft - Microsoft
20.190.128.0/18 8075 microsoft - Microsoft Entra
20.20.32.0/19 8075 microsoft - Microsoft Entra
20.231.128.0/19 8075 microsoft - Microsoft Entra
23.96.0.0/13 8075 microsoft - Microsoft
40.64.0.0/10 8075 microsoft - Microsoft
40.126.0.0/18 8075 microsoft - Microsoft Entra
40.92.0.0/15 8075 microsoft - Microsoft Exchange Online
40.104.0.0/15 8075 microsoft - Microsoft Exchange Online
40.107.0.0/16 8075 microsoft - Microsoft Exchange Online Protection
51.4.0.0/15 8075 microsoft - Microsoft
51.8.0.0/16 8075 microsoft - Microsoft
51.10.0.0/15 8075 microsoft - Microsoft
51.12.0.0/15 8075 microsoft - Microsoft
51.103.0.0/16 8075 microsoft - Microsoft
51.104.0.0/15 8075 microsoft - Microsoft
51.107.0.0/16 8075 microsoft - Microsoft
51.116.0.0/16 8075 microsoft - Microsoft
51.120.0.0/16 8075 microsoft - Microsoft
51.124.0.0/16 8075 microsoft - Microsoft
51.132.0.0/16 8075 microsoft - Microsoft
51.136.0.0/15 8075 microsoft - Microsoft
51.138.0.0/16 8075 microsoft - Microsoft
51.140.0.0/14 8075 microsoft - Microsoft
51.144.0.0/15 8075 microsoft - Microsoft
52.96.0.0/12 8075 microsoft - Microsoft 365
52.112.0.0/14 8075 microsoft - Microsoft Teams
52.120.0.0/14 8075 microsoft - Microsoft
52.125.0.0/16 8075 microsoft - Microsoft
52.126.0.0/15 8075 microsoft - Microsoft
52.136.0.0/13 8075 microsoft - Microsoft
52.146.0.0/15 8075 microsoft - Microsoft
52.148.0.0/14 8075 microsoft - Microsoft
52.152.0.0/13 8075 microsoft - Microsoft
52.160.0.0/11 8075 microsoft - Microsoft
52.224.0.0/11 8075 microsoft - Microsoft
65.52.0.0/14 8075 microsoft - Microsoft
70.37.0.0/17 8075 microsoft - Microsoft
94.245.64.0/18 8075 microsoft - Microsoft
104.40.0.0/13 8075 microsoft - Microsoft
104.146.0.0/15 8075 microsoft - Microsoft 365
104.208.0.0/13 8075 microsoft - Microsoft
131.253.0.0/16 8075 microsoft - Microsoft
132.245.0.0/16 8075 microsoft - Microsoft 365
137.116.0.0/15 8075 microsoft - Microsoft
137.135.0.0/16 8075 microsoft - Microsoft
138.91.0.0/16 8075 microsoft - Microsoft
150.171.0.0/16 8075 microsoft - Microsoft 365
157.54.0.0/15 8075 microsoft - Microsoft
157.56.0.0/14 8075 microsoft - Microsoft
168.61.0.0/16 8075 microsoft - Microsoft
168.62.0.0/15 8075 microsoft - Microsoft
191.232.0.0/13 8075 microsoft - Microsoft
204.79.195.0/24 8075 microsoft - Microsoft 365
2603:1000::/24 8075 microsoft - Microsoft
2620:1ec::/36 8075 microsoft - Microsoft
2a01:110::/31 8075 microsoft - Microsoft
2a01:111::/32 8075 microsoft - Microsoft 365
5.161.0.0/16 213230 hosting US Hetzner
5.75.128.0/17 24940 hosting DE Hetzner
5.9.0.0/16 24940 hosting DE Hetzner
23.88.0.0/17 24940 hosting DE Hetzner
46.4.0.0/16 24940 hosting DE Hetzner
49.12.0.0/15 24940 hosting DE Hetzner
65.21.0.0/16 24940 hosting FI Hetzner
65.108.0.0/15 24940 hosting FI Hetzner
78.46.0.0/15 24940 hosting DE Hetzner
88.198.0.0/16 24940 hosting DE Hetzner
88.99.0.0/16 24940 hosting DE Hetzner
94.130.0.0/16 24940 hosting DE Hetzner
95.216.0.0/15 24940 hosting FI Hetzner
116.202.0.0/15 24940 hosting DE Hetzner
128.140.0.0/17 24940 hosting DE Hetzner
135.181.0.0/16 24940 hosting FI Hetzner
136.243.0.0/16 24940 hosting DE Hetzner
138.201.0.0/16 24940 hosting DE Hetzner
142.132.128.0/17 24940 hosting DE Hetzner
144.76.0.0/16 24940 hosting DE Hetzner
148.251.0.0/16 24940 hosting DE Hetzner
157.90.0.0/16 24940 hosting DE Hetzner
159.69.0.0/16 24940 hosting DE Hetzner
162.55.0.0/16 24940 hosting DE Hetzner
167.235.0.0/16 24940 hosting DE Hetzner
168.119.0.0/16 24940 hosting DE Hetzner
176.9.0.0/16 24940 hosting DE Hetzner
178.63.0.0/16 24940 hosting DE Hetzner
188.40.0.0/16 24940 hosting DE Hetzner
195.201.0.0/16 24940 hosting DE Hetzner
213.239.192.0/18 24940 hosting DE Hetzner
2a01:4f8::/32 24940 hosting DE Hetzner
2a01:4f9::/32 24940 hosting FI Hetzner
37.59.0.0/16 16276 hosting FR OVH
37.187.0.0/16 16276 hosting FR OVH
46.105.0.0/16 16276 hosting FR OVH
51.38.0.0/16 16276 hosting FR OVH
51.68.0.0/16 16276 hosting FR OVH
51.75.0.0/16 16276 hosting FR OVH
51.77.0.0/16 16276 hosting FR OVH
51.79.0.0/16 16276 hosting CA OVH
51.81.0.0/16 16276 hosting US OVH
51.83.0.0/16 16276 hosting FR OVH
51.89.0.0/16 16276 hosting GB OVH
51.91.0.0/16 16276 hosting FR OVH
51.161.0.0/16 16276 hosting CA OVH
51.178.0.0/16 16276 hosting FR OVH
51.195.0.0/16 16276 hosting GB OVH
51.210.0.0/16 16276 hosting FR OVH
51.222.0.0/16 16276 hosting CA OVH
51.254.0.0/15 16276 hosting FR OVH
54.36.0.0/14 16276 hosting FR OVH
57.128.0.0/14 16276 hosting FR OVH
91.121.0.0/16 16276 hosting FR OVH
91.134.0.0/16 16276 hosting FR OVH
92.222.0.0/16 16276 hosting FR OVH
94.23.0.0/16 16276 hosting FR OVH
135.125.0.0/16 16276 hosting FR OVH
137.74.0.0/16 16276 hosting FR OVH
141.94.0.0/15 16276 hosting FR OVH
142.44.128.0/17 16276 hosting CA OVH
144.217.0.0/16 16276 hosting CA OVH
145.239.0.0/16 16276 hosting FR OVH
147.135.0.0/16 16276 hosting US OVH
149.56.0.0/16 16276 hosting CA OVH
151.80.0.0/16 16276 hosting FR OVH
158.69.0.0/16 16276 hosting CA OVH
162.19.0.0/16 16276 hosting FR OVH
164.132.0.0/16 16276 hosting FR OVH
167.114.0.0/16 16276 hosting CA OVH
176.31.0.0/16 16276 hosting FR OVH
178.32.0.0/15 16276 hosting FR OVH
188.165.0.0/16 16276 hosting FR OVH
192.99.0.0/16 16276 hosting CA OVH
193.70.0.0/17 16276 hosting FR OVH
198.27.64.0/18 16276 hosting CA OVH
198.50.128.0/17 16276 hosting CA OVH
213.32.0.0/17 16276 hosting FR OVH
2001:41d0::/32 16276 hosting FR OVH
2607:5300::/32 16276 hosting CA OVH
5.101.96.0/19 14061 hosting GB DigitalOcean
24.144.64.0/18 14061 hosting US DigitalOcean
24.199.64.0/18 14061 hosting US DigitalOcean
37.139.0.0/19 14061 hosting NL DigitalOcean
45.55.0.0/16 14061 hosting US DigitalOcean
46.101.0.0/16 14061 hosting DE DigitalOcean
64.23.128.0/17 14061 hosting US DigitalOcean
64.225.0.0/17 14061 hosting US DigitalOcean
64.226.64.0/18 14061 hosting DE DigitalOcean
64.227.0.0/16 14061 hosting US DigitalOcean
67.205.128.0/18 14061 hosting US DigitalOcean
67.207.64.0/19 14061 hosting US DigitalOcean
68.183.0.0/16 14061 hosting US DigitalOcean
82.196.0.0/20 14061 hosting NL DigitalOcean
95.85.0.0/18 14061 hosting NL DigitalOcean
104.131.0.0/16 14061 hosting US DigitalOcean
104.236.0.0/16 14061 hosting US DigitalOcean
104.248.0.0/16 14061 hosting US DigitalOcean
107.170.0.0/16 14061 hosting US DigitalOcean
128.199.0.0/16 14061 hosting SG DigitalOcean
134.122.0.0/17 14061 hosting US DigitalOcean
134.199.128.0/17 14061 hosting US DigitalOcean
134.209.0.0/16 14061 hosting US DigitalOcean
137.184.0.0/16 14061 hosting US DigitalOcean
138.68.0.0/16 14061 hosting US DigitalOcean
138.197.0.0/16 14061 hosting US DigitalOcean
139.59.0.0/16 14061 hosting SG DigitalOcean
142.93.0.0/16 14061 hosting US DigitalOcean
143.110.128.0/17 14061 hosting US DigitalOcean
143.198.0.0/16 14061 hosting US DigitalOcean
143.244.128.0/17 14061 hosting US DigitalOcean
144.126.192.0/18 14061 hosting US DigitalOcean
146.190.0.0/16 14061 hosting US DigitalOcean
147.182.128.0/17 14061 hosting US DigitalOcean
157.230.0.0/16 14061 hosting US DigitalOcean
157.245.0.0/16 14061 hosting US DigitalOcean
159.65.0.0/16 14061 hosting US DigitalOcean
159.89.0.0/16 14061 hosting US DigitalOcean
159.203.0.0/16 14061 hosting US DigitalOcean
159.223.0.0/16 14061 hosting US DigitalOcean
161.35.0.0/16 14061 hosting US DigitalOcean
162.243.0.0/16 14061 hosting US DigitalOcean
164.90.128.0/17 14061 hosting US DigitalOcean
164.92.64.0/18 14061 hosting US DigitalOcean
164.92.128.0/17 14061 hosting NL DigitalOcean
165.22.0.0/16 14061 hosting US DigitalOcean
165.227.0.0/16 14061 hosting US DigitalOcean
165.232.32.0/19 14061 hosting US DigitalOcean
167.71.0.0/16 14061 hosting US DigitalOcean
167.99.0.0/16 14061 hosting US DigitalOcean
167.172.0.0/16 14061 hosting US DigitalOcean
170.64.128.0/17 14061 hosting AU DigitalOcean
174.138.0.0/17 14061 hosting US DigitalOcean
178.62.0.0/16 14061 hosting NL DigitalOcean
178.128.0.0/16 14061 hosting US DigitalOcean
188.166.0.0/16 14061 hosting NL DigitalOcean
188.226.128.0/17 14061 hosting NL DigitalOcean
192.81.208.0/20 14061 hosting US DigitalOcean
192.241.128.0/17 14061 hosting US DigitalOcean
198.199.64.0/18 14061 hosting US DigitalOcean
206.189.0.0/16 14061 hosting US DigitalOcean
207.154.192.0/18 14061 hosting DE DigitalOcean
209.38.0.0/16 14061 hosting US DigitalOcean
209.97.128.0/18 14061 hosting GB DigitalOcean
2604:a880::/32 14061 hosting US DigitalOcean
2a03:b0c0::/32 14061 hosting NL DigitalOcean
45.32.0.0/16 20473 hosting US Vultr
45.63.0.0/17 20473 hosting US Vultr
45.76.0.0/16 20473 hosting US Vultr
45.77.0.0/16 20473 hosting US Vultr
66.42.32.0/19 20473 hosting US Vultr
66.42.64.0/18 20473 hosting US Vultr
78.141.192.0/18 20473 hosting GB Vultr
80.240.16.0/20 20473 hosting DE Vultr
95.179.128.0/17 20473 hosting NL Vultr
104.156.224.0/19 20473 hosting US Vultr
104.207.128.0/19 20473 hosting US Vultr
104.238.128.0/18 20473 hosting US Vultr
107.191.32.0/19 20473 hosting US Vultr
108.61.0.0/16 20473 hosting US Vultr
136.244.64.0/18 20473 hosting NL Vultr
139.180.128.0/17 20473 hosting SG Vultr
140.82.0.0/18 20473 hosting US Vultr
141.164.32.0/19 20473 hosting KR Vultr
144.202.0.0/16 20473 hosting US Vultr
149.28.0.0/16 20473 hosting US Vultr
149.248.0.0/18 20473 hosting US Vultr
155.138.128.0/17 20473 hosting US Vultr
158.247.192.0/18 20473 hosting KR Vultr
167.179.64.0/18 20473 hosting JP Vultr
192.248.144.0/20 20473 hosting GB Vultr
199.247.0.0/19 20473 hosting DE Vultr
207.148.0.0/17 20473 hosting US Vultr
207.246.64.0/18 20473 hosting US Vultr
209.250.224.0/19 20473 hosting GB Vultr
216.128.128.0/18 20473 hosting US Vultr
2001:19f0::/32 20473 hosting US Vultr
23.92.16.0/20 63949 hosting US Linode
23.239.0.0/19 63949 hosting US Linode
45.33.0.0/17 63949 hosting US Linode
45.56.64.0/18 63949 hosting US Linode
45.79.0.0/16 63949 hosting US Linode
50.116.0.0/18 63949 hosting US Linode
66.175.208.0/20 63949 hosting US Linode
66.228.32.0/19 63949 hosting US Linode
69.164.192.0/19 63949 hosting US Linode
72.14.176.0/20 63949 hosting US Linode
74.207.224.0/19 63949 hosting US Linode
85.90.244.0/22 63949 hosting DE Linode
96.126.96.0/19 63949 hosting US Linode
97.107.128.0/20 63949 hosting US Linode
109.74.192.0/20 63949 hosting GB Linode
139.144.0.0/16 63949 hosting US Linode
139.162.0.0/16 63949 hosting SG Linode
143.42.0.0/16 63949 hosting US Linode
170.187.128.0/17 63949 hosting US Linode
172.104.0.0/15 63949 hosting US Linode
172.232.0.0/14 63949 hosting US Linode
173.230.128.0/19 63949 hosting US Linode
173.255.192.0/18 63949 hosting US Linode
176.58.96.0/19 63949 hosting GB Linode
178.79.128.0/18 63949 hosting GB Linode
192.46.208.0/20 63949 hosting US Linode
194.195.208.0/20 63949 hosting US Linode
198.58.96.0/19 63949 hosting US Linode
212.71.232.0/21 63949 hosting GB Linode
2600:3c00::/28 63949 hosting US Linode
2a01:7e00::/27 63949 hosting GB Linode
3.0.0.0/8 16509 hosting US Amazon
13.32.0.0/11 16509 hosting US Amazon
13.208.0.0/12 16509 hosting JP Amazon
13.224.0.0/11 16509 hosting US Amazon
15.152.0.0/13 16509 hosting JP Amazon
15.160.0.0/11 16509 hosting US Amazon
15.192.0.0/11 16509 hosting US Amazon
15.220.0.0/14 16509 hosting US Amazon
16.16.0.0/12 16509 hosting SE Amazon
18.64.0.0/10 16509 hosting US Amazon
18.128.0.0/9 16509 hosting US Amazon
23.20.0.0/14 14618 hosting US Amazon
34.192.0.0/10 16509 hosting US Amazon
35.71.64.0/18 16509 hosting US Amazon
35.72.0.0/13 16509 hosting JP Amazon
35.152.0.0/13 16509 hosting US Amazon
35.160.0.0/11 16509 hosting US Amazon
44.192.0.0/10 16509 hosting US Amazon
46.51.128.0/17 16509 hosting IE Amazon
46.137.0.0/16 16509 hosting IE Amazon
50.16.0.0/14 14618 hosting US Amazon
52.0.0.0/10 16509 hosting US Amazon
52.64.0.0/12 16509 hosting US Amazon
52.84.0.0/14 16509 hosting US Amazon
52.88.0.0/13 16509 hosting US Amazon
52.192.0.0/11 16509 hosting JP Amazon
54.64.0.0/11 16509 hosting US Amazon
54.144.0.0/12 16509 hosting US Amazon
54.160.0.0/11 16509 hosting US Amazon
54.192.0.0/10 16509 hosting US Amazon
99.77.128.0/17 16509 hosting US Amazon
100.20.0.0/14 16509 hosting US Amazon
107.20.0.0/14 14618 hosting US Amazon
174.129.0.0/16 14618 hosting US Amazon
184.72.0.0/15 14618 hosting US Amazon
2600:1f00::/24 16509 hosting US Amazon
2a05:d000::/25 16509 hosting IE Amazon
8.34.208.0/20 396982 hosting US Google Cloud
23.236.48.0/20 396982 hosting US Google Cloud
34.64.0.0/10 396982 hosting US Google Cloud
34.128.0.0/10 396982 hosting US Google Cloud
35.184.0.0/13 396982 hosting US Google Cloud
35.192.0.0/12 396982 hosting US Google Cloud
35.208.0.0/12 396982 hosting US Google Cloud
35.224.0.0/12 396982 hosting US Google Cloud
35.240.0.0/13 396982 hosting US Google Cloud
104.154.0.0/15 396982 hosting US Google Cloud
104.196.0.0/14 396982 hosting US Google Cloud
107.167.160.0/19 396982 hosting US Google Cloud
107.178.192.0/18 396982 hosting US Google Cloud
108.59.80.0/20 396982 hosting US Google Cloud
130.211.0.0/16 396982 hosting US Google Cloud
146.148.0.0/17 396982 hosting US Google Cloud
162.222.176.0/21 396982 hosting US Google Cloud
2600:1900::/28 396982 hosting US Google Cloud
129.146.0.0/16 31898 hosting US Oracle Cloud
129.151.0.0/16 31898 hosting GB Oracle Cloud
130.61.0.0/16 31898 hosting DE Oracle Cloud
132.145.0.0/16 31898 hosting US Oracle Cloud
132.226.0.0/16 31898 hosting US Oracle Cloud
140.238.0.0/16 31898 hosting GB Oracle Cloud
141.147.0.0/16 31898 hosting DE Oracle Cloud
144.24.0.0/16 31898 hosting US Oracle Cloud
150.136.0.0/16 31898 hosting US Oracle Cloud
152.67.0.0/16 31898 hosting GB Oracle Cloud
158.101.0.0/16 31898 hosting US Oracle Cloud
168.138.0.0/16 31898 hosting JP Oracle Cloud
193.122.0.0/16 31898 hosting US Oracle Cloud
8.208.0.0/12 45102 hosting SG Alibaba Cloud
47.74.0.0/15 45102 hosting SG Alibaba Cloud
47.88.0.0/14 45102 hosting US Alibaba Cloud
47.240.0.0/14 45102 hosting HK Alibaba Cloud
43.128.0.0/10 132203 hosting SG Tencent Cloud
51.15.0.0/16 12876 hosting FR Scaleway
51.158.0.0/15 12876 hosting FR Scaleway
62.210.0.0/16 12876 hosting FR Scaleway
163.172.0.0/16 12876 hosting FR Scaleway
195.154.0.0/16 12876 hosting FR Scaleway
212.47.224.0/19 12876 hosting FR Scaleway
212.129.0.0/18 12876 hosting FR Scaleway
5.189.128.0/18 51167 hosting DE Contabo
62.171.128.0/17 51167 hosting DE Contabo
75.119.128.0/18 51167 hosting DE Contabo
144.91.64.0/18 51167 hosting DE Contabo
161.97.64.0/18 51167 hosting DE Contabo
164.68.96.0/19 51167 hosting DE Contabo
167.86.64.0/18 51167 hosting DE Contabo
173.212.192.0/18 51167 hosting DE Contabo
173.249.0.0/18 51167 hosting DE Contabo
178.238.224.0/20 51167 hosting DE Contabo
193.34.144.0/22 51167 hosting DE Contabo
207.180.192.0/18 51167 hosting DE Contabo
213.136.64.0/19 51167 hosting DE Contabo
82.165.0.0/16 8560 hosting DE IONOS
87.106.0.0/16 8560 hosting DE IONOS
212.227.0.0/16 8560 hosting DE IONOS
217.160.0.0/16 8560 hosting DE IONOS
74.208.0.0/16 8560 hosting US IONOS
5.79.64.0/18 60781 hosting NL LeaseWeb
37.48.64.0/18 60781 hosting NL LeaseWeb
46.165.192.0/18 28753 hosting DE LeaseWeb
81.171.0.0/19 60781 hosting NL LeaseWeb
83.149.64.0/18 60781 hosting NL LeaseWeb
85.17.0.0/16 60781 hosting NL LeaseWeb
95.211.0.0/16 60781 hosting NL LeaseWeb
108.62.0.0/16 395954 hosting US LeaseWeb
23.106.0.0/16 395954 hosting US LeaseWeb
23.81.0.0/16 395954 hosting US LeaseWeb
45.141.152.0/22 9009 vpn - M247
45.9.148.0/22 49447 hosting NL Nice IT
206.166.251.0/24 399629 hosting US BL Networks
64.190.113.0/24 399629 hosting US BL Networks
104.168.0.0/17 36352 hosting US ColoCrossing
107.172.0.0/14 36352 hosting US ColoCrossing
192.3.0.0/16 36352 hosting US ColoCrossing
192.210.128.0/17 36352 hosting US ColoCrossing
198.12.64.0/18 36352 hosting US ColoCrossing
198.23.128.0/17 36352 hosting US ColoCrossing
23.94.0.0/15 36352 hosting US ColoCrossing
142.11.192.0/18 54290 hosting US Hostwinds
104.168.128.0/17 54290 hosting US Hostwinds
192.119.64.0/18 54290 hosting US Hostwinds
31.220.0.0/17 47583 hosting LT Hostinger
82.180.128.0/18 47583 hosting LT Hostinger
89.116.0.0/16 47583 hosting LT Hostinger
145.14.144.0/20 47583 hosting US Hostinger
153.92.0.0/19 47583 hosting LT Hostinger
156.67.64.0/19 47583 hosting LT Hostinger
185.201.8.0/22 47583 hosting LT Hostinger
62.149.128.0/17 31034 hosting IT Aruba
94.177.128.0/17 31034 hosting IT Aruba
80.211.0.0/16 31034 hosting IT Aruba
89.36.208.0/21 31034 hosting IT Aruba
5.181.156.0/22 39798 hosting MD MivoCloud
185.220.100.0/22 60729 tor DE Tor exits
185.100.84.0/22 200651 tor RO Flokinet Tor exits
23.129.64.0/24 396507 tor US Emerald Onion
204.8.156.0/24 10961 tor US Tor exits
171.25.193.0/24 198093 tor SE DFRI Tor exits
162.247.72.0/22 4224 tor US Calyx Tor exits
109.70.100.0/24 208323 tor AT Applied Privacy
104.244.72.0/21 53667 hosting LU FranTech
198.98.48.0/20 53667 hosting US FranTech
205.185.112.0/20 53667 hosting US FranTech
209.141.32.0/19 53667 hosting US FranTech
37.120.128.0/17 9009 vpn - M247
45.74.0.0/18 9009 vpn - M247
45.86.200.0/22 206092 vpn - F.N.S. Holdings
77.243.176.0/20 9009 vpn - M247
82.102.16.0/20 9009 vpn - M247
83.97.23.0/24 9009 vpn - M247
84.17.32.0/19 60068 vpn - Datacamp
89.187.160.0/19 60068 vpn - Datacamp
89.238.128.0/18 9009 vpn - M247
91.132.136.0/22 9009 vpn - M247
92.119.176.0/22 9009 vpn - M247
138.199.0.0/18 60068 vpn - Datacamp
139.28.216.0/22 9009 vpn - M247
143.244.32.0/19 60068 vpn - Datacamp
146.70.0.0/16 9009 vpn - M247
149.34.240.0/20 212238 vpn - Datacamp
149.40.48.0/20 212238 vpn - Datacamp
149.102.224.0/19 212238 vpn - Datacamp
152.89.160.0/22 9009 vpn - M247
156.146.32.0/19 60068 vpn - Datacamp
169.150.192.0/18 60068 vpn - Datacamp
172.111.128.0/17 9009 vpn - M247
178.239.160.0/20 25369 hosting GB Hydra Communications
185.107.44.0/22 43350 vpn NL NForce
185.156.44.0/22 60068 vpn - Datacamp
185.156.172.0/22 9009 vpn - M247
185.159.156.0/22 209103 vpn CH Proton VPN
185.183.104.0/22 9009 vpn - M247
185.195.232.0/22 39351 vpn SE Mullvad
185.212.168.0/22 9009 vpn - M247
185.216.32.0/22 9009 vpn - M247
185.230.124.0/22 9009 vpn - M247
185.236.200.0/22 9009 vpn - M247
193.138.218.0/24 39351 vpn SE Mullvad
193.27.12.0/22 9009 vpn - M247
195.181.160.0/19 60068 vpn - Datacamp
195.206.104.0/22 9009 vpn - M247
198.54.128.0/21 11878 vpn US tzulo
212.102.32.0/19 60068 vpn - Datacamp
217.138.192.0/18 9009 vpn - M247
2a0d:5600::/29 9009 vpn - M247
2a02:6ea0::/32 60068 vpn - Datacamp
102.129.128.0/17 0 hosting - blocks leased to many providers
45.38.0.0/16 0 hosting - blocks leased to many providers
104.252.0.0/16 0 hosting - blocks leased to many providers
154.16.0.0/16 0 hosting - blocks leased to many providers
172.252.0.0/16 0 hosting - blocks leased to many providers
181.214.0.0/16 0 hosting - blocks leased to many providers
191.96.0.0/16 0 hosting - blocks leased to many providers
196.247.0.0/16 0 hosting - blocks leased to many providers
104.16.0.0/13 13335 proxy - Cloudflare
104.28.0.0/15 13335 proxy - Cloudflare relay
172.64.0.0/13 13335 proxy - Cloudflare
2606:4700::/32 13335 proxy - Cloudflare
2a09:bac0::/29 13335 proxy - Cloudflare WARP
172.224.0.0/13 20940 proxy - Akamai and Apple private relay
146.75.128.0/17 54113 proxy - Apple private relay
104.129.192.0/20 22616 proxy US Zscaler
136.226.0.0/16 62044 proxy - Zscaler
137.83.128.0/18 22616 proxy - Zscaler
147.161.128.0/17 62044 proxy - Zscaler
165.225.0.0/16 62044 proxy - Zscaler
167.103.0.0/16 62044 proxy - Zscaler
170.85.0.0/16 62044 proxy - Zscaler
185.46.212.0/22 62044 proxy - Zscaler
163.116.128.0/17 55256 proxy - Netskope
82.132.128.0/17 35228 mobile GB O2
85.255.232.0/21 25135 mobile GB Vodafone
92.40.0.0/15 206067 mobile GB Three
94.196.0.0/14 206067 mobile GB Three
148.252.128.0/17 25135 mobile GB Vodafone
172.32.0.0/11 21928 mobile US T-Mobile
100.128.0.0/9 21928 mobile US T-Mobile
166.128.0.0/9 0 mobile US AT&T Mobility and Verizon Wireless
107.64.0.0/10 20057 mobile US AT&T Mobility
174.192.0.0/10 6167 mobile US Verizon Wireless
70.192.0.0/11 22394 mobile US Verizon Wireless
75.192.0.0/10 6167 mobile US Verizon Wireless
97.128.0.0/9 6167 mobile US Verizon Wireless
2600:380::/28 20057 mobile US AT&T Mobility
2607:fb90::/28 21928 mobile US T-Mobile
2600:1000::/28 6167 mobile US Verizon Wireless
80.187.64.0/18 3320 mobile DE Telekom mobile
109.40.0.0/13 3209 mobile DE Vodafone mobile
77.176.0.0/12 6805 mobile DE Telefonica mobile
176.0.0.0/13 6805 mobile DE Telefonica mobile
77.204.0.0/14 15557 mobile FR SFR mobile
92.184.96.0/19 3215 mobile FR Orange mobile
188.88.0.0/13 50266 mobile NL Odido
81.128.0.0/12 2856 isp GB BT
86.128.0.0/10 2856 isp GB BT
109.144.0.0/12 2856 isp GB BT
213.120.0.0/14 2856 isp GB BT
217.32.0.0/12 2856 isp GB BT
82.0.0.0/11 5089 isp GB Virgin Media
86.0.0.0/11 5089 isp GB Virgin Media
80.0.0.0/13 5089 isp GB Virgin Media
78.144.0.0/13 13285 isp GB TalkTalk
92.0.0.0/11 13285 isp GB TalkTalk
2.216.0.0/13 5607 isp GB Sky
5.64.0.0/13 5607 isp GB Sky
90.192.0.0/11 5607 isp GB Sky
94.0.0.0/12 5607 isp GB Sky
24.0.0.0/12 7922 isp US Comcast
50.128.0.0/9 7922 isp US Comcast
67.160.0.0/11 7922 isp US Comcast
68.32.0.0/11 7922 isp US Comcast
69.136.0.0/13 7922 isp US Comcast
71.192.0.0/12 7922 isp US Comcast
73.0.0.0/8 7922 isp US Comcast
76.96.0.0/11 7922 isp US Comcast
98.192.0.0/10 7922 isp US Comcast
2601::/20 7922 isp US Comcast
65.184.0.0/14 11426 isp US Charter
70.112.0.0/12 11427 isp US Charter
71.64.0.0/11 20115 isp US Charter
72.176.0.0/12 11427 isp US Charter
76.80.0.0/12 20001 isp US Charter
98.144.0.0/12 20001 isp US Charter
12.0.0.0/8 7018 isp US AT&T
99.0.0.0/10 7018 isp US AT&T
104.0.0.0/12 7018 isp US AT&T
107.192.0.0/10 7018 isp US AT&T
108.64.0.0/11 7018 isp US AT&T
71.96.0.0/11 701 isp US Verizon
72.64.0.0/11 701 isp US Verizon
96.224.0.0/11 701 isp US Verizon
100.0.0.0/12 701 isp US Verizon
108.0.0.0/10 701 isp US Verizon
173.48.0.0/12 701 isp US Verizon
70.24.0.0/13 577 isp CA Bell Canada
99.224.0.0/11 812 isp CA Rogers
142.112.0.0/12 577 isp CA Bell Canada
84.80.0.0/12 1136 isp NL KPN
77.160.0.0/11 1136 isp NL KPN
80.112.0.0/13 33915 isp NL Ziggo
83.80.0.0/12 33915 isp NL Ziggo
84.24.0.0/13 33915 isp NL Ziggo
213.124.0.0/14 33915 isp NL Ziggo
79.192.0.0/10 3320 isp DE Deutsche Telekom
80.128.0.0/11 3320 isp DE Deutsche Telekom
84.128.0.0/10 3320 isp DE Deutsche Telekom
87.128.0.0/10 3320 isp DE Deutsche Telekom
91.0.0.0/10 3320 isp DE Deutsche Telekom
93.192.0.0/10 3320 isp DE Deutsche Telekom
217.80.0.0/12 3320 isp DE Deutsche Telekom
2003::/19 3320 isp DE Deutsche Telekom
77.20.0.0/14 3209 isp DE Vodafone
88.64.0.0/12 3209 isp DE Vodafone
90.0.0.0/10 3215 isp FR Orange
86.192.0.0/10 3215 isp FR Orange
78.192.0.0/10 12322 isp FR Free
82.64.0.0/14 12322 isp FR Free
88.160.0.0/11 12322 isp FR Free
79.0.0.0/10 3269 isp IT Telecom Italia
87.0.0.0/12 3269 isp IT Telecom Italia
95.224.0.0/11 3269 isp IT Telecom Italia
80.24.0.0/13 3352 isp ES Telefonica
83.32.0.0/11 3352 isp ES Telefonica
88.0.0.0/11 3352 isp ES Telefonica
81.224.0.0/12 3301 isp SE Telia
90.224.0.0/12 3301 isp SE Telia
84.208.0.0/13 25400 isp NO Telia Norge
80.160.0.0/13 3292 isp DK TDC
87.48.0.0/12 3292 isp DK TDC
91.152.0.0/13 719 isp FI Elisa
86.40.0.0/13 5466 isp IE Eir
109.76.0.0/14 15502 isp IE Vodafone
85.0.0.0/13 3303 isp CH Swisscom
178.192.0.0/12 3303 isp CH Swisscom
77.56.0.0/14 6730 isp CH Sunrise
80.108.0.0/14 8412 isp AT Magenta
81.240.0.0/12 5432 isp BE Proximus
91.176.0.0/13 5432 isp BE Proximus
84.192.0.0/13 6848 isp BE Telenet
83.0.0.0/11 5617 isp PL Orange Polska
175.45.176.0/22 131279 isp KP Star Joint Venture
1.120.0.0/13 1221 isp AU Telstra
58.160.0.0/12 1221 isp AU Telstra
101.160.0.0/11 1221 isp AU Telstra
120.16.0.0/12 133612 mobile AU Vodafone
49.176.0.0/12 4804 mobile AU Optus
121.72.0.0/14 4768 isp NZ One New Zealand
105.112.0.0/12 36873 mobile NG Airtel Nigeria
102.88.0.0/13 29465 mobile NG MTN Nigeria
197.210.0.0/16 29465 mobile NG MTN Nigeria
41.58.0.0/16 36923 isp NG Swift Networks
105.0.0.0/13 37168 mobile ZA Cell C
41.0.0.0/11 29975 mobile ZA Vodacom
49.32.0.0/11 55836 mobile IN Jio
157.32.0.0/12 55836 mobile IN Jio
122.160.0.0/12 24560 isp IN Airtel
59.88.0.0/13 9829 isp IN BSNL
`;

function readLine(line: string): Network | undefined {
  const [cidr, asn, kind, country, ...org] = line.split(" ");
  if (!cidr || !asn || !kind) return undefined;
  const base = { cidr, asn: Number(asn), kind: kind as NetworkKind, org: org.join(" ") };
  return country && country !== "-" ? { ...base, country } : base;
}

export const OWN_NETWORKS: readonly Network[] = TABLE.split("\n")
  .map((line) => readLine(line.trim()))
  .filter((network) => network !== undefined);
