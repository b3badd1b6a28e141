#!/usr/bin/perl
# /usr/local/lib/constat/apache-csp.pl: asks Constat for the policy of a visitor's choice, for apache-csp.conf. Apache
# starts it, writes one line for each page view, and waits for one line. Everything that it uses is a part of Perl.
use strict;
use warnings;
use IO::Socket::INET;

my ($constat, $site, $host) = @ARGV;
my $again_at = 0;
$| = 1;
# A connection that Constat has closed is no reason to end.
$SIG{PIPE} = 'IGNORE';

# The policy for a visitor, whose address Constat keeps in memory for some seconds, to limit the rate, and for the
# value of the header Cookie, which may be empty.
sub policy {
    my ($visitor, $cookie) = @_;
    my $socket = IO::Socket::INET->new(PeerAddr => $constat, Timeout => 1) or return;
    my $choice = $cookie eq '' ? '' : "Cookie: $cookie\r\n";
    print $socket "GET /v1/sites/$site/csp HTTP/1.1\r\nHost: $host\r\nX-Forwarded-For: $visitor\r\n"
        . "${choice}Connection: close\r\n\r\n";
    local $/;
    my ($head) = split /\r\n\r\n/, <$socket> // '';
    return ($head // '') =~ m{^HTTP/1\.\d 200 .*\r\ncontent-security-policy: ([^\r\n]+)}is ? $1 : undef;
}

while (my $line = <STDIN>) {
    chomp $line;
    my ($visitor, $cookie) = split / /, $line, 2;
    my $policy;
    # Nobody waits for a policy longer than a second; then nobody asks for five.
    if (time >= $again_at) {
        $policy = eval {
            local $SIG{ALRM} = sub { die "late\n" };
            alarm 1;
            my $answer = policy($visitor, $cookie // '');
            alarm 0;
            $answer;
        };
        alarm 0;
        $again_at = time + 5 if !defined $policy;
    }
    # Apache takes this word for no answer.
    print $policy // 'NULL', "\n";
}
