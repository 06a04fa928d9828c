Wed Mar  4 08:00:00 2026 Info: Begin Logfile
Wed Mar  4 08:00:00 2026 Info: Version: 14.5.0-498 SN: 420000000000-0000000
Wed Mar  4 08:00:00 2026 Info: Time offset from UTC: 0 seconds
Wed Mar  4 08:00:00 2026 Info: %t %e %a %w/%h %s %1r %2r %A %H/%d %c %D %Xr %?BLOCK_SUSPECT_USER_AGENT,MONITOR_SUSPECT_USER_AGENT?%<User-Agent:%!%-%. %:>d %:<1 %:>1
1772611200.104 84 10.20.0.50 TCP_MISS/200 8187 GET http://www.example.org/ - DIRECT/www.example.org text/html DEFAULT_CASE_12-DefaultGroup-Internal_network-NONE-NONE-NONE-DefaultGroup-NONE <"nc",6.8,1,"-",-,-,-,-,"-",-,-,-,"-",-,-,"-","-",-,-,"nc",-,"-","Business and Industry","-","Unknown","Unknown","-","-",0.29,0,-,"-","-",-,"-",-,-,"-","-",-,-,"-",-,-> - - 4 21 40
1772611502.377 300162 10.20.0.51 NONE/504 1729 GET http://slow.example.com/report - DIRECT/slow.example.com - DEFAULT_CASE_12-DefaultGroup-Internal_network-NONE-NONE-NONE-DefaultGroup-NONE <"nc",6.8,1,"-",-,-,-,-,"-",-,-,-,"-",-,-,"-","-",-,-,"nc",-,"-","Business and Industry","-","Unknown","Unknown","-","-",0.29,0,-,"-","-",-,"-",-,-,"-","-",-,-,"-",-,-> - - 4 21 300041
