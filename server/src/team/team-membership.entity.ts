import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('team_memberships')
export class TeamMembership {
  @PrimaryColumn('uuid', { name: 'team_id' })
  teamId!: string;

  @PrimaryColumn('uuid', { name: 'user_id' })
  userId!: string;

  @Column('uuid', { name: 'organization_id' })
  organizationId!: string;

  @Column({
    type: 'timestamptz',
    precision: 3,
    name: 'created_at',
    default: () => 'now()',
  })
  createdAt!: Date;
}
